"""Events into the lake's months: those just accepted merged with those that each month held."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

import duckdb

from features import sql
from features.events.tables import COLUMNS
from features.ingest.known_events import Held
from features.lake import ROW_GROUP, Draft

_MONTH = "strftime(make_timestamp(time), '%Y-%m')"


def write_months(connection: duckdb.DuckDBPyConnection, held: Held, draft: Draft) -> None:
    """Write every month that the accepted events change; the others are kept.

    Changed are the months of the events, of those that give way to them, and of all lines of their orders: these are
    numbered across the months.
    """
    months = _touched(connection, held)
    _tell(connection, held, months)
    for month, columns in _filled(connection):
        file = sql.literal(str(draft.part("events", month)))
        query = f"SELECT {', '.join(columns)} FROM told WHERE month = '{month}' ORDER BY customer_id, time, event_id"
        # A table of its own: what DuckDB writes of it depends on these rows alone, so equal months are equal files.
        connection.execute(f"CREATE OR REPLACE TEMP TABLE ordered AS {query}")
        connection.execute(f"COPY ordered TO {file} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})")
    draft.keep("events", held.files.keys() - months)


def customers(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """The customers of the events that were accepted, and of those that gave way."""
    query = "SELECT customer_id FROM events UNION SELECT customer_id FROM displaced"
    return frozenset(str(row[0]) for row in connection.execute(query).fetchall() if row[0] is not None)


def _touched(connection: duckdb.DuckDBPyConnection, held: Held) -> set[str]:
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE orders AS
        SELECT DISTINCT id_type, id, order_id FROM (FROM events UNION ALL BY NAME FROM displaced)
        WHERE kind = 'order' AND order_id IS NOT NULL
        """
    )
    rows = connection.execute(
        f"""
        SELECT {_MONTH} FROM events UNION SELECT {_MONTH} FROM displaced
        UNION SELECT {_MONTH} FROM {held.query()} SEMI JOIN orders USING (id_type, id, order_id) WHERE kind = 'order'
        """
    ).fetchall()
    return {str(row[0]) for row in rows}


def _tell(connection: duckdb.DuckDBPyConnection, held: Held, months: set[str]) -> None:
    """Make the table ``told``: all events of these months, with what other rows tell about them.

    Lines of one order are numbered, anew where one came or went; an order row that names no order is an order of its
    own.
    """
    stay = f"(FROM {held.query(sorted(months))} WHERE event_id NOT IN (SELECT event_id FROM displaced))"
    narrow = "SELECT event_id, id_type, id, order_id, time, kind FROM"
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE lines AS
        SELECT event_id, row_number() OVER (PARTITION BY id_type, id, order_id ORDER BY time, event_id) AS line
        FROM ({narrow} events UNION ALL {narrow} {stay}) SEMI JOIN orders USING (id_type, id, order_id)
        WHERE kind = 'order'
        """
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE told AS
        SELECT {_MONTH} AS month, every.* REPLACE (
            CASE WHEN kind = 'order' THEN coalesce(line, order_line, 1) END AS order_line
        )
        FROM (
            FROM {stay}
            UNION ALL BY NAME
            SELECT events.* REPLACE (coalesce(events.category, items.category) AS category)
            FROM events LEFT JOIN items USING (item_id)
        ) AS every LEFT JOIN lines USING (event_id)
        """
    )


def _filled(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, list[str]]]:
    """Each month and the columns that hold something in it."""
    counts = ", ".join(f"count({sql.name(column)})" for column in COLUMNS["events"])
    rows = connection.execute(f"SELECT month, {counts} FROM told GROUP BY month ORDER BY month").fetchall()
    return [
        (str(month), [sql.name(c) for c, n in zip(COLUMNS["events"], counted, strict=True) if n])
        for month, *counted in rows
    ]
