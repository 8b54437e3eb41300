"""The decision that the service would answer for one customer, as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import orjson
from rich.console import RenderableType
from rich.table import Table

from features.config.settings import Settings
from features.moments import iso
from serving.http.answers.deciding.decisions import answer_decision
from serving.http.answers.requests import DecisionRequest, PlacementRequest, Profile
from serving.http.current.state import load_state
from serving.terminal.decisions.why import why_text
from serving.terminal.layout import add_row, folded, table_of

_NONE: Final = "–"


def decision_of(
    settings: Settings,
    customer: str,
    *,
    as_of: int | None,
    count: int,
    folder: Path,
    context: Mapping[str, str] = MappingProxyType({}),
    placement: str = "terminal",
    why: bool = False,
) -> Mapping[str, Any]:
    """The answer of the service about the ``count`` best offers for a customer; a bento's models are in ``folder``.

    With ``why``, everything is told that keeps each candidate from being shown.
    """
    request = DecisionRequest(
        profile=Profile(id=customer),
        context=dict(context),
        placements=[PlacementRequest(id=placement, count=count)],
        as_of=None if as_of is None else iso(as_of),
        explain="full" if why else "summary",
    )
    state = load_state(settings, folder=folder)
    answer = answer_decision(state.telling_all() if why else state, request, dry_run=True)
    json: Mapping[str, Any] = orjson.loads(orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY))
    return json


def decision_tables(decision: Mapping[str, Any], currency: str, *, why: bool = False) -> tuple[RenderableType, ...]:
    """The offers of a decision, and why not the others, if there are any."""
    (placement,) = decision["placements"]
    if why:
        return (why_text(placement),)
    others = [exclusions_table(placement["excluded"])] if placement["excluded"] else []
    return offers_table(placement["items"], currency), *others


def offers_table(items: Iterable[Mapping[str, Any]], currency: str) -> Table:
    """The offers chosen for one customer; with what showing them changes, where that is told of any."""
    items = [*items]
    uplift = [">uplift"] if any(item["uplift"] is not None for item in items) else []
    table = table_of(
        "offer", ">propensity", *uplift, f">value {currency}", f">cost {currency}", f">expected {currency}"
    )
    for item in items:
        chances = [_figure(item[name], ".2%") for name in ("propensity", "uplift")][: 1 + len(uplift)]
        if item["is_fallback"]:
            add_row(table, f"{item['name']} (fallback: {item['reasons'][0]['code']})", *chances, *[_NONE] * 3)
            continue
        add_row(table, item["name"], *chances, item["value"], item["cost"], _figure(item["expected_value"], ".2f"))
    return table


def _figure(value: float | None, form: str) -> str:
    return _NONE if value is None else f"{value:{form}}"


def exclusions_table(excluded: Iterable[Mapping[str, Any]]) -> Table:
    """Why the other candidates were not chosen: each reason with how many, and one of them as an example."""
    table = table_of("not shown because", ">offers", "for example")
    for each in sorted(excluded, key=lambda each: -each["count"]):
        first = each["offers"][0]
        add_row(table, each["reason"], f"{each['count']:,}", folded(f"{first['name']}: {first['detail']}", 48))
    return table
