"""Questions about stages, answered from the tables of a refresh without any engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from features import compute as pc
from features.errors import StamkundError
from features.language.formulas.stages import STAGES
from insights.amounts import in_units
from insights.periods import check_period
from insights.tables import Filters, Manifest, Tables


@dataclass(frozen=True)
class Answer:
    """The moves of some months, the earliest first: how many, of how many, and the share with its interval.

    ``losses`` are in units of the currency, of the last month whose money is known.
    """

    manifest: Manifest
    moves: list[dict[str, Any]]
    losses: list[dict[str, Any]]


@dataclass(frozen=True)
class Move:
    """From a stage, ``before``, to another or the same, in a month such as ``2024-03``."""

    period: str
    before: str
    stage: str


def told(tables: Tables, *, last: int, minor_units: int) -> Answer:
    """The moves of the ``last`` months, and what is lost at each stage."""
    manifest, rows = tables.manifest, tables.read("stage_moves").drop_columns(["as_of", "build"])
    shown = sorted(set(rows["period"].to_pylist()))[-last:]
    moves = [row for row in rows.to_pylist() if row["period"] in shown]
    losses = tables.read("stage_losses").drop_columns(["as_of", "build"]).to_pylist()
    return Answer(manifest, moves, [in_units(row, 10**minor_units) for row in losses])


def people_of(tables: Tables, move: Move) -> list[str]:
    """The customers who moved so, none of a suppressed figure; raises :class:`StamkundError` for unknown names."""
    check_period(move.period, set(tables.read("stage_moves", columns=["period"])["period"].to_pylist()))
    for field, name in (("before", move.before), ("stage", move.stage)):
        if name not in STAGES:
            raise StamkundError.unknown("unknown_stage", field, name, STAGES, field=field)
    filters: Filters = [("period", "=", move.period), ("before", "=", move.before), ("stage", "=", move.stage)]
    figure = tables.read("stage_moves", columns=["suppressed"], filters=filters)
    if pc.any(figure["suppressed"]).as_py():
        return []
    people: list[str] = tables.read("stage_people", columns=["customer_id"], filters=filters)["customer_id"].to_pylist()
    return people
