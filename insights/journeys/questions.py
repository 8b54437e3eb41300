"""Questions about journeys, answered from the tables of a refresh without any engine."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final, Literal

import pyarrow as pa

from features import compute as pc
from features.errors import StamkundError
from insights.amounts import in_units
from insights.tables import Manifest, Tables

Row = dict[str, Any]
Came = Literal["reached", "dropped"]
_OF_REFRESH: Final = ("as_of", "build")


@dataclass(frozen=True)
class Answer:
    """Journeys as the last refresh found them; amounts are in units of the currency."""

    manifest: Manifest
    dimensions: list[str]
    steps: list[Row]
    months: list[Row]
    times: list[Row]
    next: list[Row]
    losses: list[Row]


def told(tables: Tables, journey: str | None, by: str | None, *, minor_units: int, last: int = 0) -> Answer:
    """A journey or all, step by step, and of those entered in each of the ``last`` months apart.

    Raises :class:`StamkundError` for a name that the tables do not know.
    """
    manifest, steps = tables.manifest, _rows(tables, "journeys")
    if journey is not None:
        _check("unknown_journey", "journey", journey, {row["journey"] for row in steps})
    own = [row for row in steps if journey in (None, row["journey"])]
    dimensions = sorted({row["dimension"] for row in own} - {""})
    if by is not None:
        _check("unknown_dimension", "by", by, dimensions)
    following, losses = (
        [in_units(row, 10**minor_units) for row in _rows(tables, name) if journey in (None, row["journey"])]
        for name in ("journey_next", "losses")
    )
    times = _shown(_rows(tables, "journey_times"), journey, by)
    months = _last(_shown(_rows(tables, "journey_months"), journey, by), last) if last else []
    shown = _shown(steps, journey, by)
    return Answer(manifest, dimensions, shown, months, times, following, losses)


@dataclass(frozen=True)
class People:
    """Some of the entries behind a number, of ``count`` in all; times in µs."""

    count: int
    entries: list[Row]


def people(
    tables: Tables, journey: str, step: str, came: Came, *, offset: int, limit: int, erased: Collection[str] = ()
) -> People:
    """Who reached a step, or was dropped after it, but nobody who was ``erased`` since.

    Entries whose time is not over are in no list, as in no count.

    Raises :class:`StamkundError` for a name that the tables do not know.
    """
    steps = [row for row in _rows(tables, "journeys") if row["dimension"] == ""]
    _check("unknown_journey", "journey", journey, {row["journey"] for row in steps})
    names = [row["step"] for row in steps if row["journey"] == journey]
    _check("unknown_step", "step", step, names)
    place = names.index(step) + 1
    rows = tables.read("journey_entries", filters=[("journey", "=", journey), ("open", "=", False)])
    if came == "reached":
        rows = rows.filter(pc.greater_equal(rows["reached"], place))
    else:
        rows = rows.filter(pc.equal(rows["reached"], place if place < len(names) else 0))
    if erased:
        rows = rows.filter(pc.invert(pc.is_in(rows["customer_id"], pa.array(sorted(erased), pa.string()))))
    columns = ["customer_id", "entered", "last", "ended", "next"]
    return People(len(rows), rows.slice(offset, limit).select(columns).to_pylist())


def _rows(tables: Tables, name: str) -> list[Row]:
    rows: list[Row] = tables.read(name).drop_columns(list(_OF_REFRESH)).to_pylist()
    return rows


def _shown(rows: list[Row], journey: str | None, by: str | None) -> list[Row]:
    """The rows of a journey or all, told apart by a dimension or not."""
    own = [row for row in rows if journey in (None, row["journey"]) and row["dimension"] == (by or "")]
    return [row | {"dimension": row["dimension"] or None} for row in own]


def _last(rows: list[Row], last: int) -> list[Row]:
    shown = set(sorted({row["period"] for row in rows})[-last:])
    return [row for row in rows if row["period"] in shown]


def _check(code: str, field: str, name: str, known: Collection[str]) -> None:
    if name not in known:
        raise StamkundError.unknown(code, field, name, known, field=field)
