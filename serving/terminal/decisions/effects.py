"""What control arms show, a table each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl
from rich.table import Table

from serving.terminal.layout import add_row, table_of


def effects_tables(effects: pl.DataFrame, currency: str) -> Iterator[str | Table]:
    """Of each arm how many it is of, and an outcome a row: of those in no arm, of those in it, and the difference."""
    for (arm,), rows in effects.group_by("arm", maintain_order=True):
        first = rows.row(0, named=True)
        of = f"nothing of {first['campaign']}" if first["campaign"] else first["gets"]
        still = f"; {first['open']:,} are followed still" if first["open"] else ""
        yield f"{arm} (gets {of}): {first['customers']:,} in no arm, {first['arm_customers']:,} in it{still}"
        table = table_of("within the time", ">in no arm", ">in the arm", ">effect", ">95 % from", ">to")
        for row in rows.iter_rows(named=True):
            add_row(table, *_told(row, currency))
        yield table


def _told(row: Mapping[str, Any], currency: str) -> Iterator[str]:
    is_share = row["outcome"] == "ordered"
    yield "ordered" if is_share else f"net value {currency}"
    for name in ("figure", "arm_figure", "effect", "low", "high"):
        value = row[name]
        yield "–" if value is None else f"{value:.1%}" if is_share else f"{value:,.2f}"
