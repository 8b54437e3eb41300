"""Tables that fit a narrow terminal."""

from __future__ import annotations

from textwrap import fill
from typing import Literal

from rich.table import Table
from rich.text import Text


def table_of(*columns: str) -> Table:
    """A table that fits a narrow terminal: names in its first column are folded, the others stay whole."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for place, column in enumerate(columns):
        justify: Literal["left", "right"] = "right" if column.startswith(">") else "left"
        table.add_column(column.removeprefix(">"), justify=justify, no_wrap=place > 0, overflow="fold")
    return table


def add_row(table: Table, *cells: str) -> None:
    """A row of plain texts: brackets in names are not markup."""
    table.add_row(*map(Text, cells))


def folded(text: str, width: int) -> str:
    """A text in lines of that width; a word that is longer stays whole."""
    return fill(text, width, break_long_words=False, break_on_hyphens=False)


def figure_text(value: float | None) -> str:
    """A figure with as many digits as tell something; a dash for none."""
    return "–" if value is None else f"{value:.3f}" if value < 10 else f"{value:,.1f}"
