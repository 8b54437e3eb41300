"""Rejected rows: counted by code, and set aside as a CSV file that their owner can open."""

# ruff: noqa: S608  (names are quoted; the expressions are those of whoever wrote the settings)
from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

from features import sql
from features.ingest.checks import CODE, REASON
from features.ingest.sources.csv import ROW
from features.ingest.sources.rows import Portion, Rows

_OWN = ("source", "row", "code", "reason")


def counted(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many rows of the table ``staged`` are rejected, by code."""
    query = f"SELECT {CODE}, count(*) FROM staged WHERE {CODE} IS NOT NULL GROUP BY ALL ORDER BY ALL"
    return {str(code): int(count) for code, count in connection.execute(query).fetchall()}


@dataclass(frozen=True)
class Aside:
    """A source's rejected rows of one build, in a ``draft`` if there are any, to stand behind ``kept`` bytes."""

    file: Path
    draft: Path | None
    kept: int

    def put(self) -> int:
        """Put them in their place, all at once; returns the bytes of the file, which is gone when nothing is rejected.

        What an interrupted build has added after ``kept`` goes.
        """
        if not (self.draft or self.kept):
            self.file.unlink(missing_ok=True)
            return 0
        self.file.parent.mkdir(parents=True, exist_ok=True)
        part = self.file.with_suffix(".part")
        if self.kept:
            shutil.copyfile(self.file, part)
            os.truncate(part, self.kept)
        if self.draft:
            with self.draft.open("rb") as added, part.open("ab" if self.kept else "wb") as whole:
                shutil.copyfileobj(added, whole)
        part.replace(self.file)
        return self.file.stat().st_size


def set_aside(connection: duckdb.DuckDBPyConnection, portion: Portion, rows: Rows, file: Path, scratch: Path) -> Aside:
    """The rejected rows of a portion beside their reasons, to be appended to those of earlier ones in ``file``."""
    name, before = portion.name, portion.earlier.rows if portion.earlier else 0
    kept = portion.earlier.rejects if portion.earlier else 0
    if kept and not (file.is_file() and file.stat().st_size >= kept):
        kept = 0  # somebody took it away
    draft = scratch / f"{name}.csv"
    raw = [f"rows.{sql.name(column)} AS {sql.name(_free(column))}" for column in rows.columns]
    connection.execute(
        f"""
        COPY (
            SELECT {sql.literal(name)} AS source, {ROW} + {before} AS row, {CODE} AS code, {REASON} AS reason,
                   {", ".join(raw)}
            FROM staged JOIN rows USING ({ROW})
            WHERE {CODE} IS NOT NULL
            ORDER BY {ROW}
        ) TO {sql.literal(str(draft))} (FORMAT csv, HEADER {not kept})
        """
    )
    return Aside(file, draft if counted(connection) else None, kept)


def _free(column: str) -> str:
    return f"{column}_" if column.lower() in _OWN else column
