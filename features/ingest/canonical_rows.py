"""Canonical rows: the staged rows that were not rejected, put into the table that their source is of."""

# ruff: noqa: S608  (names are quoted; the expressions are those of whoever wrote the settings)
from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from features import sql
from features.events.returns import without_sign_sql
from features.events.statements.signals import consents_sql
from features.events.tables import (
    COLUMNS,
    ORIGIN,
    OTHER_ID,
    SIGNAL,
    SINCE,
    SOURCE,
    TABLES,
    WITH_MORE,
    Table,
    sql_type,
)
from features.ingest.events.event_ids import content_text, nth_id, number_equal_events
from features.ingest.events.lake_events import LakeEvents
from features.ingest.mapping.other_ids import fragment_sql, ids_sql
from features.ingest.mapping.validation import CODE
from features.ingest.reference.identifications import create_table, insert_identifications
from features.ingest.sources.portion import Portion

_AMOUNTS = ("value", "discount", "cost")


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make an empty table for each canonical one; ``events`` is a view, first of ``http_events`` only."""
    for table in TABLES:
        roles = {**COLUMNS[table], **(ORIGIN if table == "customers" else {})}
        columns = ", ".join(f"{sql.name(name)} {sql_type(role)}" for name, role in roles.items())
        connection.execute(f"CREATE TABLE {'http_events' if table == 'events' else table} ({columns})")
    connection.execute("CREATE VIEW events AS FROM http_events")
    create_table(connection)


def insert_rows(
    connection: duckdb.DuckDBPyConnection,
    portion: Portion,
    lake_events: LakeEvents,
    columns: Sequence[str],
    currency: str,
) -> None:
    """Put the rows of the table ``staged`` that were not rejected into their canonical table."""
    source = portion.source
    if source.table == "events":
        _insert_events(connection, portion, lake_events, columns, currency)
    elif source.table == "customers":
        insert_identifications(connection, portion, columns)
        own = [column for column in columns if column != SINCE and not column.startswith(OTHER_ID)]
        _insert_customers(connection, portion.name, own)
    else:
        if source.table in WITH_MORE:
            _add_columns(connection, source.table, columns)
        names, table = ", ".join(map(sql.name, columns)), sql.name(source.table)
        connection.execute(f"INSERT INTO {table} BY NAME SELECT {names} FROM staged WHERE {CODE} IS NULL")
    if source.table == "offers":
        connection.execute("UPDATE offers SET type = 'offer' WHERE type IS NULL")


def _insert_events(
    connection: duckdb.DuckDBPyConnection,
    portion: Portion,
    lake_events: LakeEvents,
    columns: Sequence[str],
    currency: str,
) -> None:
    """Let the view ``events`` tell of the staged ones too; those without an id are given one."""
    source = portion.source
    constants = {"id_type": source.id_type} | ({} if source.kind is None else {"kind": source.kind})
    literals = {column: sql.literal(text) for column, text in constants.items() if column not in columns}
    own = [column for column in columns if column not in {"event_id", "currency"}]
    event_id, kept = "event_id", sql.name(f"events of {portion.name}")
    if "event_id" in columns and not sql.row_count(connection, f"staged WHERE {CODE} IS NULL AND event_id IS NULL"):
        connection.execute(f"ALTER TABLE staged RENAME TO {kept}")
    else:
        given = "event_id" if "event_id" in columns else "NULL"
        content = f"if({given} IS NULL, md5({content_text(portion.name, own, literals)}), NULL)"
        new = f"SELECT *, {content} AS content, CAST(1 AS BIGINT) AS nth FROM staged WHERE {CODE} IS NULL"
        connection.execute(f"CREATE TABLE new_events AS {new}")
        number_equal_events(connection, portion, lake_events)
        connection.execute(f"ALTER TABLE new_events RENAME TO {kept}")
        event_id = f"coalesce({given}, {nth_id('content', 'nth')}) AS event_id"
    told = _told(portion.name, own, literals, currency)
    _add_events(connection, portion, f"{event_id}, {told} FROM {kept} WHERE {CODE} IS NULL")


def _add_events(connection: duckdb.DuckDBPyConnection, portion: Portion, selected: str) -> None:
    """Put what is selected of a source's rows behind the other events; no row is copied for that."""
    others = sql.name(f"events before {portion.name}")
    connection.execute(f"ALTER VIEW events RENAME TO {others}")
    connection.execute(f"CREATE VIEW events AS FROM {others} UNION ALL BY NAME SELECT {selected}")


def _told(name: str, own: Sequence[str], literals: Mapping[str, str], currency: str) -> str:
    """The SQL of what staged rows of a source tell of an event: all but its id."""
    kind, id_type = (literals.get(column, column) for column in ("kind", "id_type"))
    amounts = [column for column in _AMOUNTS if column in own]
    has_amount = f"coalesce({', '.join(amounts)}) IS NOT NULL" if amounts else "false"
    others = [column for column in own if column.startswith(OTHER_ID)]
    signals = [column for column in own if column.startswith(SIGNAL)]
    columns = {column: without_sign_sql(column, kind) for column in own if column not in [*others, *signals]}
    columns |= dict(literals)
    columns |= {"source": sql.literal(name), "fragment": fragment_sql(id_type, others)}
    if others:
        columns["ids"] = ids_sql(others)
    if signals:
        columns["consents"] = consents_sql(signals)
    columns |= {"currency": f"CASE WHEN {has_amount} THEN {sql.literal(currency)} END"}
    return ", ".join(f"{text} AS {sql.name(column)}" for column, text in columns.items())


def _add_columns(connection: duckdb.DuckDBPyConnection, table: Table, columns: Sequence[str]) -> None:
    """Add the columns that a table has not yet, as texts."""
    for column in columns:
        if column not in COLUMNS[table] and column not in ORIGIN:
            connection.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {sql.name(column)} VARCHAR")


def _insert_customers(connection: duckdb.DuckDBPyConnection, source: str, columns: Sequence[str]) -> None:
    """Add what a source says of customers; other sources may have said something of them before."""
    _add_columns(connection, "customers", columns)
    told = ", ".join([f"{sql.literal(source)} AS {sql.name(SOURCE)}", *map(sql.name, columns)])
    connection.execute(f"INSERT INTO customers BY NAME SELECT {told} FROM staged WHERE {CODE} IS NULL")
