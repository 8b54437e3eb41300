"""Questions about who could still be won, answered from the tables of a refresh without any engine."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from features import compute as pc
from features.errors import StamkundError
from insights.tables import Tables

Row = dict[str, Any]


@dataclass(frozen=True)
class People:
    """Some of the customers who could still be won, of ``count`` in all, what is expected of them falling."""

    count: int
    customers: list[Row]


def told(tables: Tables, journey: str | None) -> list[Row]:
    """What could still be won after each step of a journey or all; none where nobody was scored."""
    rows: list[Row] = tables.read("winnable").drop_columns(["as_of", "build"]).to_pylist()
    return [row for row in rows if journey in (None, row["journey"])]


def people(tables: Tables, journey: str, step: str, *, offset: int, limit: int, erased: Collection[str] = ()) -> People:
    """Who could still be won after a step, but nobody who was ``erased`` since.

    Raises :class:`StamkundError` for names that the tables do not know.
    """
    known = told(tables, None)
    _check("unknown_journey", "journey", journey, {row["journey"] for row in known})
    _check("unknown_step", "step", step, [row["step"] for row in known if row["journey"] == journey])
    rows = tables.read("winnable_people", filters=[("journey", "=", journey), ("step", "=", step)])
    if erased:
        rows = rows.filter(pc.invert(pc.is_in(rows["customer_id"], pa.array(sorted(erased), pa.string()))))
    columns = ["customer_id", "last", "chance", "worth", "expected"]
    return People(len(rows), rows.slice(offset, limit).select(columns).to_pylist())


def _check(code: str, field: str, name: str, known: Collection[str]) -> None:
    if not known:
        raise StamkundError("nobody_scored")
    if name not in known:
        raise StamkundError.unknown(code, field, name, known, field=field)
