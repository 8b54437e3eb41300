"""The lake's events, one file a month: what they hold, and the months written anew that accepted events change."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import duckdb

from features import sql
from features.events.columns import EVENT_ORDER
from features.events.kinds import ANSWERS, QUESTIONS
from features.events.tables import COLUMNS
from features.lake import ROW_GROUP, Draft

_NARROW = "SELECT source, event_id, id_type, id, order_id, time, known_at, kind FROM"
_EQUAL = "(every.id_type, every.id, every.time) = (questions.id_type, questions.id, questions.time)"
_OF_ORDER = "source, id_type, id, order_id"  # what tells the orders apart whose lines are numbered
_MONTH = "strftime(make_timestamp(time), '%Y-%m')"


@dataclass(frozen=True)
class LakeEvents:
    """The events that the lake holds before a build, in files by month."""

    files: Mapping[str, Path]

    @classmethod
    def open(cls, connection: duckdb.DuckDBPyConnection, files: Mapping[str, Path]) -> Self:
        """The events in these files; the tables for :func:`features.ingest.duplicates.match_lake_events` are made."""
        connection.execute("CREATE TABLE known_ids (event_id VARCHAR)")
        connection.execute("CREATE TABLE superseded_events AS FROM events LIMIT 0")
        return cls(files)

    def query(self, months: Iterable[str] | None = None) -> str:
        """The SQL of its events, or of those of some months, with every column."""
        files = list(self.files.values()) if months is None else [self.files[m] for m in months if m in self.files]
        rows = f" UNION ALL BY NAME FROM read_parquet({sql.files(files)}, union_by_name = true)" if files else ""
        return f"(FROM (FROM events LIMIT 0){rows})"

    def write(self, connection: duckdb.DuckDBPyConnection, draft: Draft) -> None:
        """Write every month that the table ``events`` changes; the others are kept.

        Changed are the months of these events, of those that they supersede, and of all lines of their orders: these
        are numbered across the months, those of each source by themselves.
        """
        months = self._changed_months(connection)
        self._merge(connection, months)
        for month, columns in _columns_by_month(connection):
            file = sql.literal(str(draft.part("events", month)))
            order = ", ".join(["customer_id", *EVENT_ORDER])
            rows = f"FROM merged_events WHERE month = '{month}' ORDER BY {order}"
            # A table of its own: what DuckDB writes of it depends on these rows alone, so equal months are equal files.
            connection.execute(f"CREATE OR REPLACE TEMP TABLE month_rows AS SELECT {', '.join(columns)} {rows}")
            options = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP}"
            connection.execute(f"COPY month_rows TO {file} ({options})")
        draft.keep("events", self.files.keys() - months)

    def _changed_months(self, connection: duckdb.DuckDBPyConnection) -> set[str]:
        connection.execute(
            """
            CREATE OR REPLACE TEMP TABLE changed_orders AS
            SELECT DISTINCT source, id_type, id, order_id FROM (FROM events UNION ALL BY NAME FROM superseded_events)
            WHERE kind = 'order' AND order_id IS NOT NULL
            """
        )
        rows = connection.execute(
            f"""
            SELECT {_MONTH} FROM events UNION SELECT {_MONTH} FROM superseded_events
            UNION SELECT {_MONTH} FROM {self.query()} SEMI JOIN changed_orders USING ({_OF_ORDER})
            WHERE kind = 'order'
            """
        ).fetchall()
        return {str(row[0]) for row in rows}

    def _merge(self, connection: duckdb.DuckDBPyConnection, months: set[str]) -> None:
        """Fill the table ``merged_events``: all events of these months, completed by what other rows tell about them.

        An order row that names no order is an order of its own. An answer at the very moment of a question to the same
        person is known a microsecond after it; ``known_at`` is empty where an event is known from its own time on.
        """
        earlier = f"(FROM {self.query(sorted(months))} ANTI JOIN superseded_events USING (source, event_id))"
        self._number_lines(connection, earlier)
        connection.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE questions AS
            SELECT DISTINCT id_type, id, time FROM ({_NARROW} events UNION ALL {_NARROW} {earlier})
            WHERE kind IN {QUESTIONS} AND coalesce(known_at, time) <= time
            """
        )
        connection.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE merged_events AS
            SELECT strftime(make_timestamp(every.time), '%Y-%m') AS month, every.* REPLACE (
                CASE WHEN every.kind = 'order' THEN coalesce(line, order_line, 1) END AS order_line,
                CASE WHEN questions.time IS NOT NULL THEN greatest(coalesce(known_at, 0), every.time + 1)
                     WHEN known_at > every.time + 1 THEN known_at END AS known_at
            )
            FROM (
                FROM {earlier}
                UNION ALL BY NAME
                SELECT events.* REPLACE (coalesce(events.category, items.category) AS category)
                FROM events LEFT JOIN items USING (item_id)
            ) AS every LEFT JOIN order_lines USING (source, event_id)
            LEFT JOIN questions ON every.kind IN {ANSWERS} AND {_EQUAL}
            """
        )

    def _number_lines(self, connection: duckdb.DuckDBPyConnection, earlier: str) -> None:
        """Fill the table ``order_lines``: the lines of each order of which one came or went, numbered."""
        line = f"row_number() OVER (PARTITION BY {_OF_ORDER} ORDER BY {', '.join(EVENT_ORDER)})"
        connection.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE order_lines AS
            SELECT source, event_id, {line} AS line
            FROM ({_NARROW} events UNION ALL {_NARROW} {earlier})
            SEMI JOIN changed_orders USING ({_OF_ORDER})
            WHERE kind = 'order'
            """
        )


def changed_customers(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """The customers of the events that were accepted, and of those that these supersede."""
    query = "SELECT customer_id FROM events UNION SELECT customer_id FROM superseded_events"
    return frozenset(str(row[0]) for row in connection.execute(query).fetchall() if row[0] is not None)


def _columns_by_month(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, list[str]]]:
    """Each month and the columns that hold something in it."""
    counts = ", ".join(f"count({sql.name(column)})" for column in COLUMNS["events"])
    rows = connection.execute(f"SELECT month, {counts} FROM merged_events GROUP BY month ORDER BY month").fetchall()
    return [
        (str(month), [sql.name(column) for column, n in zip(COLUMNS["events"], values, strict=True) if n])
        for month, *values in rows
    ]
