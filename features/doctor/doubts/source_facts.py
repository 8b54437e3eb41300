"""What is counted in the rows of a source as they came, beside what became of them, while they are read."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import duckdb

from features import sql
from features.config.source import Source
from features.doctor.doubts.line_totals import LineTotals, line_totals
from features.events.tables import COLUMNS
from features.ingest.mapping.validation import CODE
from features.ingest.sources.column_types import find_column, mapped_columns
from features.ingest.sources.formats.places import ROW
from features.ingest.sources.portion import Portion
from features.ingest.sources.rows import Rows
from features.reading.recognition import number_formats, time_formats

FEW_WORDS: Final = 12  # so many different values of a column may be words that say how a row counts


@dataclass(frozen=True)
class SourceFacts:
    """Of a source: its columns, and what is counted in their values.

    ``words`` are the few words of columns that are not mapped, ``formats`` those that columns with refused values fit,
    ``totals`` the values of orders beside those of their lines.
    """

    name: str
    source: Source
    columns: tuple[str, ...]
    words: Mapping[str, Mapping[str, int]]
    formats: Mapping[str, list[str]]
    totals: LineTotals | None

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection, portion: Portion, rows: Rows) -> SourceFacts:
        """The counts of the tables ``rows`` and ``staged``."""
        source = portion.source
        used = mapped_columns(source, rows.columns)
        unused = [column for column in rows.columns if column not in used]
        return cls(
            portion.name,
            source,
            tuple(rows.columns),
            _words(connection, unused),
            dict(_formats(connection, source, rows)),
            line_totals(connection, unused) if source.table == "events" else None,
        )


def _words(connection: duckdb.DuckDBPyConnection, columns: list[str]) -> dict[str, dict[str, int]]:
    """The values, with their rows, of each column that has only a few."""
    if not columns:
        return {}
    counts = ", ".join(f"approx_count_distinct({sql.name(column)})" for column in columns)
    row = connection.execute(f"SELECT {counts} FROM rows").fetchone() or ()
    few = [column for column, count in zip(columns, row, strict=True) if 2 <= count <= 2 * FEW_WORDS]
    return {column: words for column in few if 2 <= len(words := _counted(connection, column)) <= FEW_WORDS}


def _counted(connection: duckdb.DuckDBPyConnection, column: str) -> dict[str, int]:
    text = f"trim(CAST({sql.name(column)} AS VARCHAR))"
    query = f"SELECT {text}, count(*) FROM rows WHERE {text} <> '' GROUP BY ALL ORDER BY count(*) DESC, 1"
    return {str(value): int(count) for value, count in connection.execute(f"{query} LIMIT {FEW_WORDS + 1}").fetchall()}


def _formats(connection: duckdb.DuckDBPyConnection, source: Source, rows: Rows) -> Iterable[tuple[str, list[str]]]:
    """Of each of its own columns with refused times or amounts, the formats that every value of it fits."""
    if not rows.textual or not sql.row_count(
        connection, f"staged WHERE {CODE} IN ('bad_time', 'bad_amount', 'bad_number')"
    ):
        return
    for column, text in source.columns.items():
        own, role = find_column(text, rows.columns), COLUMNS[source.table].get(column)
        if own is None or role not in {"time", "start", "end", "amount", "number"}:
            continue
        refused = f"{CODE} IS NOT NULL AND staged.{sql.name(column)} IS NULL AND trim(rows.{sql.name(own)}) <> ''"
        if sql.row_count(connection, f"staged JOIN rows USING ({ROW}) WHERE {refused}"):
            recognised = time_formats if role in {"time", "start", "end"} else number_formats
            yield own, [form for form in recognised(connection, "rows", own) if form]
