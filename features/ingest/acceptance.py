"""Accepted rows: named, freed of duplicates, and put into their canonical table."""

# ruff: noqa: S608  (names are quoted; the expressions are those of whoever wrote the settings)
from __future__ import annotations

from collections.abc import Sequence

import duckdb
import polars as pl

from features import sql
from features.events.tables import COLUMNS, TABLES, Table, sql_type
from features.ingest.checks import CODE, REASON
from features.ingest.event_ids import content_of, count_equals, nth_id
from features.ingest.known_events import LOG, Held
from features.ingest.sources.csv import ROW
from features.ingest.sources.rows import Portion

_AMOUNTS = ("value", "discount", "cost")


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """Make an empty table for each canonical one."""
    for table in TABLES:
        columns = ", ".join(f"{sql.name(name)} {sql_type(role)}" for name, role in COLUMNS[table].items())
        connection.execute(f"CREATE TABLE {table} ({columns})")


def key(table: Table) -> str:
    """The column that names a row.

    >>> key("events")
    'event_id'
    """
    return next(iter(COLUMNS[table]))


def reject_duplicates(connection: duckdb.DuckDBPyConnection, table: Table, columns: Sequence[str]) -> None:
    """Of rows with one key, keep the first; attributes of one customer may come from several sources.

    Event ids in the table ``taken`` have come before, too.
    """
    if key(table) not in columns:
        return
    first = f"min({ROW}) OVER (PARTITION BY {key(table)})"
    known = f"{key(table)} IN (SELECT {key(table)} FROM {table})"
    if table == "events":
        known += " OR event_id IN (SELECT event_id FROM taken)"
    reason = f"'another row with this {key(table)} came first'"
    connection.execute(
        f"""
        UPDATE staged SET {CODE} = 'duplicate_{key(table)}', {REASON} = {reason}
        FROM (
            SELECT {ROW} AS again FROM staged WHERE {CODE} IS NULL AND {key(table)} IS NOT NULL
            QUALIFY {ROW} > {first} OR {"false" if table == "customers" else known}
        )
        WHERE {ROW} = again
        """
    )


def reject_unnamed(connection: duckdb.DuckDBPyConnection) -> None:
    """Of rows that are read more than once, keep those with an id: nothing else tells them apart."""
    reason = "'a row that `:since` may give twice needs an event_id'"
    connection.execute(
        f"""
        UPDATE staged SET {CODE} = 'missing_event_id', {REASON} = {reason}
        WHERE {CODE} IS NULL AND event_id IS NULL
        """
    )


def accept(
    connection: duckdb.DuckDBPyConnection, portion: Portion, held: Held, columns: Sequence[str], currency: str
) -> None:
    """Put the rows of the table ``staged`` that were not rejected into their canonical table."""
    source = portion.source
    if source.table == "events":
        _accept_events(connection, portion, held, columns, currency)
    elif source.table == "customers":
        _accept_customers(connection, columns)
    else:
        told = ", ".join(map(sql.name, columns))
        table = sql.name(source.table)
        connection.execute(f"INSERT INTO {table} BY NAME SELECT {told} FROM staged WHERE {CODE} IS NULL")
    if source.table == "offers":
        connection.execute("UPDATE offers SET type = 'offer' WHERE type IS NULL")


def accept_log(connection: duckdb.DuckDBPyConnection, log: pl.DataFrame, held: Held) -> int:
    """Put the events that came over HTTP beside the others, each event_id once; how many were new."""
    connection.register("log", log.to_arrow())
    before = _count(connection, "events")
    connection.execute(
        f"""
        INSERT INTO events BY NAME
        SELECT * REPLACE ({sql.literal(LOG)} AS source) FROM log
        WHERE event_id NOT IN (SELECT event_id FROM events)
          AND event_id NOT IN (SELECT event_id FROM {held.query()} SEMI JOIN log USING (event_id))
        QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY received_at, time) = 1
        """
    )
    connection.unregister("log")
    return _count(connection, "events") - before


def keep_log(connection: duckdb.DuckDBPyConnection, log: pl.DataFrame, held: Held, before: Held) -> int:
    """See that the events that came over HTTP ``before`` stay, though the log has them no more; how many these are.

    What is ``held`` stays anyway. An event that a source has given by now is no longer one of these.
    """
    connection.register("log", log.to_arrow())
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE unlogged AS
        SELECT {", ".join(map(sql.name, COLUMNS["events"]))} FROM {before.query()} WHERE source = {sql.literal(LOG)}
          AND event_id NOT IN (SELECT event_id FROM log UNION ALL SELECT event_id FROM events)
          AND event_id NOT IN (SELECT event_id FROM displaced)
        """
    )
    connection.unregister("log")
    if not held.files:
        connection.execute("INSERT INTO events BY NAME FROM unlogged")
    return _count(connection, "unlogged")


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return sum(int(row[0]) for row in connection.execute(f"SELECT count(*) FROM {table}").fetchall())


def _accept_events(
    connection: duckdb.DuckDBPyConnection, portion: Portion, held: Held, columns: Sequence[str], currency: str
) -> None:
    name, source = portion.name, portion.source
    constants = {"id_type": source.id_type} | ({} if source.kind is None else {"kind": source.kind})
    filled = {column: sql.literal(text) for column, text in constants.items() if column not in columns}
    given = "event_id" if "event_id" in columns else "CAST(NULL AS VARCHAR)"
    amounts = [column for column in _AMOUNTS if column in columns]
    paid = f"coalesce({', '.join(amounts)}) IS NOT NULL" if amounts else "false"
    own = [sql.name(column) for column in columns if column not in {"event_id", "currency"}]
    content = content_of(name, [*own, *filled], filled)
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE said AS
        SELECT {", ".join([ROW, *own, *(f"{text} AS {column}" for column, text in filled.items())])},
               {given} AS given, if({given} IS NULL, md5({content}), NULL) AS content,
               CASE WHEN {paid} THEN {sql.literal(currency)} END AS currency
        FROM staged WHERE {CODE} IS NULL
        """
    )
    count_equals(connection, portion, held)
    connection.execute(
        f"""
        INSERT INTO events BY NAME
        WITH again AS (
            SELECT {ROW}, coalesce(known, 0) + row_number() OVER (PARTITION BY content ORDER BY {ROW}) AS nth
            FROM said LEFT JOIN equals USING (content)
            WHERE known > 0 OR content IN (SELECT content FROM said GROUP BY content HAVING count(*) > 1)
        )
        SELECT said.* EXCLUDE ({ROW}, given, content), coalesce(given, {nth_id("content", "nth")}) AS event_id,
               {sql.literal(name)} AS source,
               CASE WHEN id_type = 'user_id' THEN id END AS customer_id
        FROM said LEFT JOIN again USING ({ROW})
        """
    )
    connection.execute("DROP TABLE said")


def _accept_customers(connection: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> None:
    attributes = [sql.name(column) for column in columns if column != "customer_id"]
    for attribute in attributes:
        connection.execute(f"ALTER TABLE customers ADD COLUMN IF NOT EXISTS {attribute} VARCHAR")
    if attributes:
        kept = ", ".join(f"{each} = coalesce(customers.{each}, staged.{each})" for each in attributes)
        connection.execute(
            f"""
            UPDATE customers SET {kept} FROM staged
            WHERE customers.customer_id = staged.customer_id AND {CODE} IS NULL
            """
        )
    connection.execute(
        f"""
        INSERT INTO customers BY NAME SELECT {", ".join(map(sql.name, columns))} FROM staged
        WHERE {CODE} IS NULL AND customer_id NOT IN (SELECT customer_id FROM customers)
        """
    )
