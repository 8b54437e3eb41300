"""Why a customer would get each candidate, or not: every check that it fails, in words and figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rich.table import Table

from serving.terminal.layout import add_row, folded, table_of

Json = Mapping[str, Any]
NAME: Final = 26  # columns of the terminal for the candidates
WHY: Final = 50  # and for the reasons


def why_table(placement: Json) -> Table:
    """Every candidate of a placement: those shown first, then those with the fewest reasons against them."""
    table = table_of("candidate", "would be shown, or what would have to change")
    for names, reasons in _grouped(placement):
        told = reasons if len(reasons) == 1 else [f"{number}. {each}" for number, each in enumerate(reasons, 1)]
        add_row(table, folded(", ".join(names), NAME), "\n".join(folded(each, WHY) for each in told))
    return table


def _grouped(placement: Json) -> Iterator[tuple[list[str], tuple[str, ...]]]:
    """The candidates that have the same reasons, together, and these."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, reasons in [*_shown(placement), *sorted(_others(placement), key=lambda each: len(each[1]))]:
        groups.setdefault(reasons, []).append(name)
    yield from ((names, reasons) for reasons, names in groups.items())


def _shown(placement: Json) -> Iterator[tuple[str, tuple[str, ...]]]:
    for position, item in enumerate(placement["items"], 1):
        if item["is_fallback"]:
            yield item["offer_id"], (f"Shown, as the fallback: {item['reasons'][0]['text']}",)
        else:
            yield item["offer_id"], (f"Shown at {position}: it is expected to bring {item['expected_value']:,.2f}.",)


def _others(placement: Json) -> Iterator[tuple[str, tuple[str, ...]]]:
    for excluded in placement["excluded"]:
        for offer in excluded["offers"]:
            yield offer["offer_id"], (offer["detail"], *(other["detail"] for other in offer.get("also", ())))
