"""A table of a newcomer: where its rows lie, how it is read, and its columns; its rows are a relation in DuckDB."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict, Unpack

import duckdb

from features import sql
from features.onboarding.facts.column import Column
from features.onboarding.facts.day_first import agreeing
from features.onboarding.facts.measure import add_readings, columns_of, reading
from features.onboarding.facts.question import Question


class More(TypedDict, total=False):
    """What else is known of a table."""

    options: Mapping[str, object]
    notes: Sequence[str]
    questions: Sequence[Question]
    query: str | None
    parts: Mapping[str, Table]
    customer: str | None


@dataclass(frozen=True, eq=False)
class Table:
    """A table: its ``name``, the ``files`` that hold it at ``place``, the ``options`` a source needs to read it.

    ``raw`` is the relation of its rows as they are, ``relation`` that with what was read of each value beside it.
    A table that a ``query`` makes of others has these as ``parts``, by name. ``customer`` is the column that names
    customers as other tables do, where that is known; ``identifiers`` are the columns that identify, by their types and
    the row's own one first, where tables know people by different ones.
    """

    connection: duckdb.DuckDBPyConnection
    name: str
    place: Path
    files: Sequence[Path]
    raw: str
    relation: str
    rows: int
    columns: Mapping[str, Column]
    options: Mapping[str, object] = field(default_factory=dict)
    notes: Sequence[str] = ()
    questions: Sequence[Question] = ()
    query: str | None = None
    parts: Mapping[str, Table] = field(default_factory=dict)
    customer: str | None = None
    identifiers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, connection: duckdb.DuckDBPyConnection, name: str, place: Path, files: Sequence[Path], raw: str,
        **more: Unpack[More],
    ) -> Table:  # fmt: skip
        """A table of a raw relation, its columns measured."""
        columns, relation = agreeing(columns_of(connection, raw)), sql.name(f"read {raw}")
        add_readings(connection, raw, columns, relation)
        return cls(connection, name, place, files, raw, relation, sql.row_count(connection, raw), columns, **more)

    def text(self, column: Column) -> str:
        """The SQL of a column's text, null where there is none."""
        return reading(column.name, "text")

    def number(self, column: Column) -> str:
        """The SQL of a column's number, null where there is none."""
        return reading(column.name, "number") if column.numbers else "CAST(NULL AS DOUBLE)"

    def moment(self, column: Column) -> str:
        """The SQL of a column's moment, as a local timestamp, null where there is none."""
        return reading(column.name, "moment")

    def counts(self, *expressions: str, of: str | None = None) -> list[int]:
        """Some counts over the rows, or over a query ``of`` them."""
        row = self.connection.execute(f"SELECT {', '.join(expressions)} FROM {of or self.relation}").fetchone()
        return [int(value or 0) for value in row or ()]

    def share(self, condition: str, *, among: str = "true", of: str | None = None) -> float:
        """The share of the rows for which a condition holds, among some of them; 0 where there are none."""
        hits, total = self.counts(f"count(*) FILTER (({condition}) AND ({among}))", f"count(*) FILTER ({among})", of=of)
        return hits / total if total else 0.0

    def values(self, expression: str) -> list[str]:
        """The different values of an expression."""
        query = f"SELECT DISTINCT {expression} AS value FROM {self.relation} WHERE value IS NOT NULL ORDER BY value"
        return [str(row[0]) for row in self.connection.execute(query).fetchall()]

    @property
    def places(self) -> set[Path]:
        """The files and folders that it is read from."""
        return {part.place for part in self.parts.values()} or {self.place}

    @property
    def query_name(self) -> str:
        """Its name as a query names it: its own in a file of several tables, else the source's."""
        return str(self.options.get("sheet", self.name))

    def quoted(self) -> str:
        """The same as an identifier of SQL."""
        return sql.name(self.query_name)
