"""The events that the lake holds already, beside those that are being read: which of these it knows, which give way."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import duckdb

from features import sql
from features.ingest.checks import CODE
from features.ingest.sources.rows import Portion
from features.ingest.sources.watermark import Anew

LOG = "http"  # the source of the events that came over HTTP, which comes after all others


@dataclass(frozen=True)
class Held:
    """The lake's events, in one file a month."""

    files: Mapping[str, Path]

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection, files: Mapping[str, Path]) -> Self:
        """The events in these files; the tables ``taken`` and ``displaced`` are made for :func:`meet`."""
        connection.execute("CREATE TABLE taken (event_id VARCHAR)")
        connection.execute("CREATE TABLE displaced AS FROM events LIMIT 0")
        return cls(files)

    def query(self, months: Iterable[str] | None = None) -> str:
        """The SQL of its events, or of those of some months, with every column."""
        files = self.files.values() if months is None else [self.files[m] for m in months if m in self.files]
        listed = ", ".join(sql.literal(str(file)) for file in files)
        held = f" UNION ALL BY NAME FROM read_parquet([{listed}], union_by_name = true)" if listed else ""
        return f"(FROM (FROM events LIMIT 0){held})"


def meet(connection: duckdb.DuckDBPyConnection, held: Held, portion: Portion, *, later: frozenset[str]) -> None:
    """Tell apart what the lake holds under an id that staged events have.

    What an earlier source gave, or an earlier row of this one, stays: its ids go to the table ``taken``. What came
    over HTTP gives way, and what a database's query gave before: that goes to ``displaced``. :class:`Anew` is raised
    where a row of a file would have to give way, for it belongs among the rejected rows then.
    """
    connection.execute("DELETE FROM taken")
    if not held.files:
        return
    asked = not portion.tables
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE met AS
        SELECT * FROM {held.query()} SEMI JOIN (
            SELECT event_id FROM staged WHERE event_id IS NOT NULL AND {CODE} IS NULL
        ) USING (event_id)
        WHERE event_id NOT IN (SELECT event_id FROM displaced)
        """
    )
    found = {str(row[0]) for row in connection.execute("SELECT DISTINCT source FROM met").fetchall()}
    if portion.name in found and not asked and not portion.behind:
        raise repeats(portion)
    for name in sorted(found & later):
        raise Anew(f"{portion.name} has events that so far only {name} had, which is read after it")
    giving = f"source IN ({sql.literal(LOG)}, {sql.literal(portion.name if asked else LOG)})"
    connection.execute(f"INSERT INTO displaced SELECT * FROM met WHERE {giving}")
    connection.execute(f"INSERT INTO taken SELECT event_id FROM met WHERE NOT {giving}")


def repeats(portion: Portion) -> Anew:
    """Why a source is read anew in which a file comes before others whose rows it repeats."""
    return Anew(f"new files of {portion.name} repeat rows of files that come after them by name")
