"""Why a customer would get each candidate, or not: every check that it fails, in words and figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from textwrap import indent
from typing import Any, Final

from rich.text import Text

from serving.terminal.layout import folded

Json = Mapping[str, Any]
WIDTH: Final = 76  # columns of the terminal


def why_text(placement: Json) -> Text:
    """Every candidate of a placement: those shown first, then those with the fewest reasons against them."""
    text = Text()
    for reasons, candidates in _grouped(placement).items():
        head = candidates[0] if len(candidates) == 1 else ", ".join(each.partition(" ")[0] for each in candidates)
        told = reasons if len(reasons) == 1 else [f"{number}. {each}" for number, each in enumerate(reasons, 1)]
        text.append(folded(head, WIDTH) + "\n", style="bold")
        text.append("".join(indent(folded(each, WIDTH - 4), "    ") + "\n" for each in told))
    text.rstrip()
    return text


def _grouped(placement: Json) -> dict[tuple[str, ...], list[str]]:
    """The candidates that have the same reasons, by these."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, reasons in [*_shown(placement), *sorted(_others(placement), key=lambda each: len(each[1]))]:
        groups.setdefault(reasons, []).append(name)
    return groups


def _shown(placement: Json) -> Iterator[tuple[str, tuple[str, ...]]]:
    for position, item in enumerate(placement["items"], 1):
        if item["is_fallback"]:
            yield _called(item), (f"Shown, as the fallback: {item['reasons'][0]['text']}",)
        else:
            expected = item["expected_value"]
            brings = "" if expected is None else f": it is expected to bring {expected:,.2f}"
            yield _called(item), (f"Shown at {position}{brings}.",)


def _others(placement: Json) -> Iterator[tuple[str, tuple[str, ...]]]:
    for excluded in placement["excluded"]:
        for offer in excluded["offers"]:
            yield _called(offer), (offer["detail"], *(other["detail"] for other in offer.get("also", ())))


def _called(candidate: Json) -> str:
    return f"{candidate['offer_id']} {candidate['name']}"
