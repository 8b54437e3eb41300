"""Quarantine: rejected rows, counted by code, and kept in a CSV file that their owner can open."""

# ruff: noqa: S608  (names are quoted; the expressions are those of whoever wrote the settings)
from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from features import sql
from features.files import atomic_file
from features.ingest.erased import ERASED
from features.ingest.mapping.validation import CODE, REASON
from features.ingest.sources.formats.places import ROW, Places
from features.ingest.sources.portion import Portion
from features.ingest.sources.rows import Rows

_OWN = ("source", "row", "file", "line", "code", "reason")


def rejection_counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many rows of the table ``staged`` are rejected, by code."""
    query = f"SELECT {CODE}, count(*) FROM staged WHERE {CODE} IS NOT NULL GROUP BY ALL ORDER BY ALL"
    return {str(code): int(count) for code, count in connection.execute(query).fetchall()}


@dataclass(frozen=True)
class Quarantine:
    """A source's rejected rows of one build in a ``draft``, None without any, to be appended to ``file``.

    ``offset`` is how many bytes of the file hold the rows of earlier builds.
    """

    file: Path
    draft: Path | None
    offset: int

    def publish(self) -> int:
        """Append the rows, all at once; returns the bytes of the file, which is gone when nothing is rejected.

        What an interrupted build has written after ``offset`` is cut off.
        """
        if not (self.draft or self.offset):
            self.file.unlink(missing_ok=True)
            return 0
        with atomic_file(self.file) as part:
            if self.offset:
                shutil.copyfile(self.file, part)
                os.truncate(part, self.offset)
            if self.draft:
                with self.draft.open("rb") as rows, part.open("ab" if self.offset else "wb") as target:
                    shutil.copyfileobj(rows, target)
        return self.file.stat().st_size


def quarantine(
    connection: duckdb.DuckDBPyConnection, portion: Portion, rows: Rows, file: Path, scratch: Path, *, places_only: bool
) -> Quarantine:
    """The rejected rows of a portion with their reasons, written to a draft in the folder ``scratch``.

    Those of people who were erased are not among them; with ``places_only`` nothing is that rows say.
    """
    previous = portion.previous
    earlier_rows, offset = (previous.rows, previous.reject_bytes) if previous else (0, 0)
    if offset and not (file.is_file() and file.stat().st_size >= offset):
        offset = 0  # somebody took it away
    if not rejection_counts(connection).keys() - {ERASED}:
        return Quarantine(file, None, offset)
    draft = scratch / f"{portion.name}.csv"
    said = [f"rows.{sql.name(column)} AS {sql.name(_free(column))}" for column in rows.columns]
    told = [f"{CODE} AS code", *([] if places_only else [f"{REASON} AS reason", *said])]
    _register_places(connection, rows)
    connection.execute(
        f"""
        COPY (
            SELECT {sql.literal(portion.name)} AS source, places.ordinal + {earlier_rows} AS row,
                   places.file, places.line, {", ".join(told)}
            FROM places JOIN staged USING ({ROW}) JOIN rows USING ({ROW})
            ORDER BY places.ordinal
        ) TO {sql.literal(str(draft))} (FORMAT csv, HEADER {not offset})
        """
    )
    connection.unregister("places")
    return Quarantine(file, draft, offset)


def _register_places(connection: duckdb.DuckDBPyConnection, rows: Rows) -> None:
    """Make the view ``places`` of the rejected rows: their ordinals in the source, their files, and the lines there."""
    query = f"SELECT {ROW} FROM staged WHERE {CODE} IS NOT NULL AND {CODE} <> {sql.literal(ERASED)} ORDER BY {ROW}"
    numbers = np.array(connection.execute(query).fetchnumpy()[ROW], np.int64)
    places = Places.of(rows.files, numbers)
    columns = {ROW: numbers, "ordinal": places.ordinals, "file": places.files, "line": places.lines}
    schema = {ROW: pl.Int64, "ordinal": pl.Int64, "file": pl.String, "line": pl.Int64}
    connection.register("places", pl.DataFrame(columns, schema).to_arrow())


def _free(column: str) -> str:
    return f"{column}_" if column.lower() in _OWN else column
