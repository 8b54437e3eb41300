"""What segments hold of people: columns that counting reads, and the history of who was in which."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

import polars as pl

from features.config.settings import Settings
from features.moments import iso
from features.privacy.holding import UNTIL_ERASED, Holding, Rows
from insights.segments.files import open_columns, version_of
from insights.segments.history import STAYS, read
from insights.segments.rules import folder_of


def holdings(settings: Settings) -> list[Holding]:
    """The holdings under the home of these settings."""
    folder = folder_of(settings)
    return [
        Holding(
            "segment columns", str(folder), "Features, attributes, scores, consent and what became of journeys, "
            "a column each, as of the last refresh.", "Segments are counted from them within milliseconds.",
            "until the next refresh", partial(_columns, settings),
        ),
        Holding(
            "segments", str(folder / "stays.parquet"), "When each customer entered a segment, and when they left it.",
            "So that what moves customers can be followed.", UNTIL_ERASED, partial(_stays, settings),
        ),
    ]  # fmt: skip


def stays_of(settings: Settings, customers: Collection[str]) -> pl.DataFrame:
    """The stays of some customers."""
    stays = read(folder_of(settings) / "stays.parquet", STAYS)
    return stays.filter(pl.col("customer_id").is_in(list(customers)))


def _columns(settings: Settings, nodes: Collection[str]) -> Rows:
    folder, rows = folder_of(settings), Rows()
    if version_of(folder) is None:
        return rows
    columns = open_columns(folder)
    for node in sorted(nodes):
        if (place := columns.place(node)) is not None:
            cells = {name: column.at(place) for name, column in columns.columns.items()}
            told = {name: _shown(cell.value) for name, cell in cells.items() if cell.known}
            rows.append({"customer_id": node, "as_of": iso(columns.as_of), **told})
    return rows


def _shown(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else value


def _stays(settings: Settings, nodes: Collection[str]) -> Rows:
    rows = stays_of(settings, nodes).to_dicts()
    return [{**row, **{side: iso(row[side]) for side in ("entered", "left") if row[side] is not None}} for row in rows]
