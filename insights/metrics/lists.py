"""The lists of who is behind each number, read without any engine."""

from __future__ import annotations

from typing import Final

import pyarrow.compute as pc

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
