"""Accepted rows: named, freed of duplicates, and put into their canonical table."""

# ruff: noqa: S608  (names are quoted; the expressions are those of whoever wrote the settings)
from __future__ import annotations

from collections.abc import Iterable, Sequence

import duckdb
import polars as pl

from features import sql
from features.door import CODE, REASON
from features.schema import COLUMNS, TABLES, Table, sql_type
from features.settings import Source
from features.texts import ROW

# What an event says; when it was loaded is no part of that.
_NOT_CONTENT = frozenset({"event_id", "received_at"})
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
    """Of rows with one key, keep the first; attributes of one customer may come from several sources."""
    if key(table) not in columns:
        return
    first = f"min({ROW}) OVER (PARTITION BY {key(table)})"
    known = "false" if table == "customers" else f"{key(table)} IN (SELECT {key(table)} FROM {table})"
    reason = f"'another row with this {key(table)} came first'"
    connection.execute(
        f"""
        UPDATE staged SET {CODE} = 'duplicate_{key(table)}', {REASON} = {reason}
        FROM (
            SELECT {ROW} AS again FROM staged WHERE {CODE} IS NULL AND {key(table)} IS NOT NULL
            QUALIFY {ROW} > {first} OR {known}
        )
        WHERE {ROW} = again
        """
    )


def accept(
    connection: duckdb.DuckDBPyConnection, name: str, source: Source, columns: Sequence[str], currency: str
) -> None:
    """Put the rows of the table ``staged`` that were not rejected into their canonical table."""
    if source.table == "events":
        _accept_events(connection, name, source, columns, currency)
    elif source.table == "customers":
        _accept_customers(connection, columns)
    else:
        told = ", ".join(map(sql.name, columns))
        table = sql.name(source.table)
        connection.execute(f"INSERT INTO {table} BY NAME SELECT {told} FROM staged WHERE {CODE} IS NULL")
    if source.table == "offers":
        connection.execute("UPDATE offers SET type = 'offer' WHERE type IS NULL")


def accept_log(connection: duckdb.DuckDBPyConnection, log: pl.DataFrame) -> int:
    """Put the events that came over HTTP beside the others, each event_id once; how many were new."""
    connection.register("log", log.to_arrow())
    before = _count(connection)
    connection.execute(
        """
        INSERT INTO events BY NAME
        SELECT * REPLACE ('http' AS source) FROM log
        WHERE event_id NOT IN (SELECT event_id FROM events)
        QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY received_at, time) = 1
        """
    )
    connection.unregister("log")
    return _count(connection) - before


def _count(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("SELECT count(*) FROM events").fetchone()
    return int(row[0]) if row else 0


def _accept_events(
    connection: duckdb.DuckDBPyConnection, name: str, source: Source, columns: Sequence[str], currency: str
) -> None:
    constants = {"id_type": source.id_type} | ({} if source.kind is None else {"kind": source.kind})
    filled = {column: sql.literal(text) for column, text in constants.items() if column not in columns}
    given = "event_id" if "event_id" in columns else "CAST(NULL AS VARCHAR)"
    amounts = [column for column in _AMOUNTS if column in columns]
    paid = f"coalesce({', '.join(amounts)}) IS NOT NULL" if amounts else "false"
    own = [sql.name(column) for column in columns if column not in {"event_id", "currency"}]
    content = _content(name, [*own, *filled], filled)
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE said AS
        SELECT {", ".join([ROW, *own, *(f"{text} AS {column}" for column, text in filled.items())])},
               {given} AS given, md5({content}) AS content,
               CASE WHEN {paid} THEN {sql.literal(currency)} END AS currency
        FROM staged WHERE {CODE} IS NULL
        """
    )
    connection.execute(
        f"""
        INSERT INTO events BY NAME
        WITH again AS (
            SELECT {ROW}, row_number() OVER (PARTITION BY content ORDER BY {ROW}) AS nth FROM said
            WHERE content IN (SELECT content FROM said GROUP BY content HAVING count(*) > 1)
        )
        SELECT said.* EXCLUDE ({ROW}, given, content),
               coalesce(given, left(if(nth > 1, md5(content || '#' || nth), content), 20)) AS event_id,
               {sql.literal(name)} AS source,
               CASE WHEN id_type = 'user_id' THEN id END AS customer_id
        FROM said LEFT JOIN again USING ({ROW})
        """
    )
    connection.execute("DROP TABLE said")


def _content(name: str, columns: Iterable[str], filled: dict[str, str]) -> str:
    """A text that is equal for equal events; absent values leave no trace, so mapping an empty column changes no id.

    The id is made from it, and for the second and later of equal rows also from which of them it is.
    """
    told = sorted(column.strip('"') for column in columns if column.strip('"') not in _NOT_CONTENT)
    parts = [f"'{column}=' || CAST({filled.get(column, sql.name(column))} AS VARCHAR)" for column in told]
    return f"concat_ws(chr(31), {sql.literal(name)}, {', '.join(parts)})"


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
