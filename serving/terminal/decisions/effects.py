"""What control arms show, as a table."""

from __future__ import annotations

import polars as pl
from rich.table import Table

from serving.terminal.layout import add_row, table_of


def effects_table(effects: pl.DataFrame, currency: str) -> Table:
    """A row for each arm and outcome: the figure of those outside of it and of those in it, and the difference."""
    table = table_of(
        "arm", "outcome", ">of others", ">customers", ">in the arm", ">customers", ">effect", ">95 %", ">open"
    )
    for row in effects.iter_rows(named=True):
        is_share = row["outcome"] == "ordered"
        told = [_told(row[name], is_share=is_share) for name in ("figure", "arm_figure", "effect", "low", "high")]
        others, own, effect, low, high = told
        add_row(
            table,
            row["arm"],
            "ordered" if is_share else f"value {currency}",
            others,
            f"{row['customers']:,}",
            own,
            f"{row['arm_customers']:,}",
            effect,
            f"{low} to {high}",
            f"{row['open']:,}",
        )
    return table


def _told(value: float | None, *, is_share: bool) -> str:
    return "–" if value is None else f"{value:.1%}" if is_share else f"{value:,.2f}"
