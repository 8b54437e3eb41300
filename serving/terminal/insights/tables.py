"""Tables of insights: names that are folded, figures that stay whole, and heads that leave them room."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from serving.terminal.layout import folded

HEAD = 8  # characters of a head before its next word begins a line


def titled(title: str, names: Sequence[str], figures: Sequence[str]) -> Table:
    """A table with columns of names, which take what room is left, and of figures."""
    table = Table(
        title=Text(title), title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0)
    )
    for name in names:
        table.add_column(Text(folded(name, 2 * HEAD)), overflow="fold", min_width=4)
    for figure in figures:
        table.add_column(Text(folded(figure, HEAD)), justify="right", no_wrap=True)
    return table


def row_of(table: Table, *cells: str) -> None:
    """A row of plain texts: brackets in names are not markup."""
    table.add_row(*map(Text, cells))
