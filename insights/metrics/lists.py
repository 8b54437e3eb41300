"""The lists of who is behind each number, read without any engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from features import compute as pc
from insights.periods import Grain
from insights.tables import Tables

TABLE: Final = "behind"
LISTED: Final[tuple[Grain, ...]] = ("month", "quarter")  # the grains whose figures have lists
BY: Final = "by:"  # begins the name of the column of a dimension


@dataclass(frozen=True)
class Whose:
    """Which list: the ``number`` of it, and the ``grain`` and the beginning (µs) of the period."""

    number: int
    grain: str
    start: int


def people_of(tables: Tables, whose: Whose, *, by: str | None = None, group: str | None = None) -> list[str]:
    """The customers on a list of a period; of all, or of one group of a dimension."""
    filters: list[tuple[str, str, object]] = [
        ("list", "=", whose.number), ("grain", "=", whose.grain),
        ("start", "<=", whose.start), ("end", ">", whose.start),
    ]  # fmt: skip
    rows = tables.read(TABLE, columns=["customer_id", *([BY + by] if by else [])], filters=filters)
    if by is not None:
        own = pc.is_null(rows[BY + by]) if group is None else pc.equal(rows[BY + by], group)
        rows = rows.filter(own)
    return sorted(pc.unique(rows["customer_id"]).to_pylist())
