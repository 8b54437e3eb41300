"""The lists of who is behind each number, read and cut without any engine."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features.config.settings import Settings
from features.events.identifiers import is_visitor
from features.files import atomic_file
from features.moments import iso
from features.privacy.holding import Holding, Rows
from insights.tables import Tables

TABLE: Final = "behind"
BY: Final = "by:"  # begins the name of the column of a dimension


def people_of(
    tables: Tables, number: int, start: int, end: int, *, by: str | None = None, group: str | None = None
) -> list[str]:
    """The customers on a list in months that lie in ``[start, end)``; of all, or of one group of a dimension."""
    filters: list[tuple[str, str, object]] = [("list", "=", number), ("start", ">=", start), ("start", "<", end)]
    rows = tables.read(TABLE, columns=["customer_id", *([BY + by] if by else [])], filters=filters)
    if by is not None:
        own = pc.is_null(rows[BY + by]) if group is None else pc.equal(rows[BY + by], group)
        rows = rows.filter(own)
    return sorted(pc.unique(rows["customer_id"]).to_pylist())


def forget(settings: Settings, customers: Collection[str]) -> None:
    """Take customers from the lists; the figures lose them at the next refresh."""
    tables = Tables(settings.insights)
    if not tables.exists or TABLE not in tables.manifest.files:
        return
    file = tables.file(TABLE)
    rows = pq.read_table(file)
    theirs = pc.is_in(rows["customer_id"], pa.array(sorted(customers), pa.string()))
    if pc.any(theirs).as_py():
        with atomic_file(file) as draft:
            pq.write_table(rows.filter(pc.invert(theirs)), draft, compression="zstd")


def holdings(settings: Settings) -> list[Holding]:
    """What the tables of metrics hold of people."""
    what, why = "Which customers are behind each metric, month and group.", "So that a number can be looked into."
    kept = "until the person is erased, or the next refresh finds them no more"
    return [Holding("insights", str(settings.insights), what, why, kept, partial(_held, settings))]


def _held(settings: Settings, nodes: Collection[str]) -> Rows:
    tables, own = Tables(settings.insights), sorted(node for node in nodes if not is_visitor(node))
    if not tables.exists or TABLE not in tables.manifest.files:
        return []
    rows = tables.read(TABLE, filters=[("customer_id", "in", own)]).drop_columns(["as_of", "build"]) if own else None
    return [] if rows is None else [{**row, "start": iso(row["start"])} for row in rows.to_pylist()]
