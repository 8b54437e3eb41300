"""The lake's events, one file a month: what they hold, and the months written anew that accepted events change."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import duckdb
import pyarrow as pa

from features import sql
from features.events.columns import EVENT_ORDER
from features.events.kinds import ANSWERS, QUESTIONS
from features.events.tables import EVENTS
from features.lake import ORDER, Draft, number_lines, write_events
from features.lake.removal import Change, changed
from features.privacy.traces import OF_EVENTS, Traces

_EQUAL = "(every.id_type, every.id, every.time) = (questions.id_type, questions.id, questions.time)"
_OF_ORDER = ", ".join(ORDER)
_COMPLETED = (
    *ORDER,
    *EVENT_ORDER,
    "fragment",
    "kind",
    "item_id",
    "category",
    "order_line",
    "known_at",
)
_MONTH = "strftime(make_timestamp(time), '%Y-%m')"


@dataclass(frozen=True)
class LakeEvents:
    """The events that the lake holds before a build, in files by month."""

    files: Mapping[str, Path]

    @classmethod
    def open(cls, connection: duckdb.DuckDBPyConnection, files: Mapping[str, Path]) -> Self:
        """The events in these files; the tables of :func:`.duplicates.match_lake_events` are made."""
        connection.execute("CREATE TABLE known_ids (event_id VARCHAR)")
        connection.execute("CREATE TABLE superseded_events AS FROM events LIMIT 0")
        return cls(files)

    def query(self, months: Iterable[str] | None = None) -> str:
        """The SQL of its events, or of those of some months, with every column."""
        files = list(self.files.values()) if months is None else [self.files[m] for m in months if m in self.files]
        rows = f" UNION ALL BY NAME FROM read_parquet({sql.files(files)}, union_by_name = true)" if files else ""
        return f"(FROM (FROM events LIMIT 0){rows})"

    def write(self, connection: duckdb.DuckDBPyConnection, draft: Draft, traces: Traces | None = None) -> None:
        """Write every month that the table ``events`` changes; the others are kept.

        Changed are the months of these events, of those that they supersede, and of all lines of their orders: these
        are numbered across the months, those of each source by themselves. Nothing of what is written holds ``traces``
        of erased people.
        """
        self._collect_orders(connection)
        months = self._changed_months(connection)
        self._number_lines(connection, months)
        self._collect_questions(connection, months)
        new_columns = {*_filled_columns(connection), *_COMPLETED}
        with ThreadPoolExecutor(1) as writer:  # writes a month while the next one is put in order
            job = writer.submit(lambda: None)
            for month in sorted(months):
                events = _without(traces, self._events_of(connection, month, new_columns))
                job.result()
                job = writer.submit(_write, events, draft.part("events", month))
            job.result()
        draft.keep("events", self.files.keys() - months)

    def _collect_orders(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Fill the table ``orders_apart`` with the orders whose lines no single month can number.

        Without a lake these are the orders whose rows are of several months or fragments; with one, all that change:
        others keep their numbers.
        """
        rows = "FROM (FROM events UNION ALL BY NAME FROM superseded_events) WHERE kind = 'order'"
        first, last = (f"date_trunc('month', make_timestamp({end}(time)))" for end in ("min", "max"))
        several = "" if self.files else f"HAVING {first} <> {last} OR min(hash(fragment)) <> max(hash(fragment))"
        connection.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE orders_apart AS
            SELECT {_OF_ORDER} {rows} AND order_id IS NOT NULL GROUP BY ALL {several}
            """
        )

    def _changed_months(self, connection: duckdb.DuckDBPyConnection) -> set[str]:
        of_orders = f"""
            UNION SELECT {_MONTH} FROM {self.query()} SEMI JOIN orders_apart USING ({_OF_ORDER}) WHERE kind = 'order'
        """
        rows = connection.execute(
            f"""
            SELECT strftime(month, '%Y-%m') FROM (
                SELECT DISTINCT date_trunc('month', make_timestamp(time)) AS month
                FROM (SELECT time FROM events UNION ALL SELECT time FROM superseded_events)
            )
            {of_orders if self.files else ""}
            """
        ).fetchall()
        return {str(row[0]) for row in rows}

    def _number_lines(self, connection: duckdb.DuckDBPyConnection, months: set[str]) -> None:
        """Fill the table ``order_lines`` with the numbers of the lines of the orders in ``orders_apart``."""
        narrow = f"SELECT {_OF_ORDER}, event_id, time, kind FROM"
        nth = f"row_number() OVER (PARTITION BY {_OF_ORDER} ORDER BY {', '.join(EVENT_ORDER)})"
        connection.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE order_lines AS
            SELECT source, event_id, {nth} AS line
            FROM ({narrow} events UNION ALL {narrow} {self._earlier(months)})
            SEMI JOIN orders_apart USING ({_OF_ORDER})
            WHERE kind = 'order'
            """
        )

    def _collect_questions(self, connection: duckdb.DuckDBPyConnection, months: set[str]) -> None:
        """Fill the table ``questions`` with who was asked something and when, of what is known at once."""
        narrow = "SELECT id_type, id, time, kind, known_at FROM"
        connection.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE questions AS
            SELECT DISTINCT id_type, id, time FROM ({narrow} events UNION ALL {narrow} {self._earlier(months)})
            WHERE kind IN {QUESTIONS} AND coalesce(known_at, time) <= time
            """
        )

    def _earlier(self, months: Iterable[str]) -> str:
        return f"(FROM {self.query(sorted(months))} ANTI JOIN superseded_events USING (source, event_id))"

    def _events_of(self, connection: duckdb.DuckDBPyConnection, month: str, new_columns: Iterable[str]) -> pa.Table:
        """All events of a month in their order, completed by what other rows tell about them.

        An order row that names no order is an order of its own. An answer at the very moment of a question to the same
        person is known a microsecond after it; ``known_at`` is empty where an event is known from its own time on.
        """
        start = f"TIMESTAMP '{month}-01'"
        within = f"time >= epoch_us({start}) AND time < epoch_us({start} + INTERVAL 1 MONTH)"
        new = f"SELECT {', '.join(map(sql.name, new_columns))} FROM events WHERE {within}"
        if sql.row_count(connection, "items"):
            category = "coalesce(new.category, items.category) AS category"
            new = f"SELECT new.* REPLACE ({category}) FROM ({new}) AS new LEFT JOIN items USING (item_id)"
        earlier = f"FROM {self._earlier([month])} UNION ALL BY NAME " if self.files else ""
        rows = f"({earlier}{new})"
        asked, known_at = _known_at(connection, within)
        apart = " LEFT JOIN order_lines USING (source, event_id)" if sql.row_count(connection, "order_lines") else ""
        line = "coalesce(line, order_line)" if apart else "order_line"
        return connection.sql(
            f"""
            SELECT * FROM (
                SELECT every.* REPLACE ({line} AS order_line, {known_at} AS known_at)
                FROM {rows} AS every{apart}{asked}
            )
            ORDER BY fragment, {", ".join(EVENT_ORDER)}
            """
        ).to_arrow_table()


def changed_fragments(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """The fragments of the events that were accepted, and of those that these supersede."""
    query = "SELECT fragment FROM events UNION SELECT fragment FROM superseded_events"
    return frozenset(str(row[0]) for row in connection.execute(query).fetchall())


def _without(traces: Traces | None, events: pa.Table) -> pa.Table:
    if traces is None:
        return events
    kept = changed(Change(OF_EVENTS, traces.out_of), events, lambda: events)
    return events if kept is None else kept


def _write(events: pa.Table, file: Path) -> None:
    """Write a month; what lines of orders have no number yet are those that it can number by itself."""
    write_events(number_lines(events), file)


def _known_at(connection: duckdb.DuckDBPyConnection, within: str) -> tuple[str, str]:
    """The join of the ``questions`` of some time to ``every`` row, if there are any, and when a row is known."""
    later = "WHEN known_at > every.time + 1 THEN known_at"
    if not sql.row_count(connection, f"questions WHERE {within}"):
        return "", f"CASE {later} END"
    asked = f" LEFT JOIN (FROM questions WHERE {within}) AS questions ON every.kind IN {ANSWERS} AND {_EQUAL}"
    after = "WHEN questions.time IS NOT NULL THEN greatest(coalesce(known_at, 0), every.time + 1)"
    return asked, f"CASE {after} {later} END"


def _filled_columns(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The columns of the table ``events`` that hold something."""
    counts = ", ".join(f"count({sql.name(column)})" for column in EVENTS)
    filled = connection.execute(f"SELECT {counts} FROM events").fetchone() or ()
    return [column for column, n in zip(EVENTS, filled, strict=True) if n]
