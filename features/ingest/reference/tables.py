"""The lake's reference tables, such as items and customers: written anew when a source of theirs changed, else kept."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

import duckdb

from features import sql
from features.events.tables import KEYS, Table
from features.ingest.events.lake_events import LakeEvents
from features.ingest.sources.watermark import FullReadNeeded
from features.lake import ROW_GROUP, Draft, Lake


def keep(connection: duckdb.DuckDBPyConnection, lake: Lake, draft: Draft, table: Table) -> None:
    """Take a table over from the lake; the table ``items`` is filled with it too, for events are completed by it."""
    draft.keep(table, lake.parts(table))
    if table == "items":
        connection.execute(f"INSERT INTO items BY NAME {_lake_query(lake, 'items')}")


def write(connection: duckdb.DuckDBPyConnection, draft: Draft, table: Table) -> None:
    """Write a table as it was read; what several sources say of one customer lies in the order of these."""
    file = sql.literal(str(draft.part(table)))
    query = f"SELECT * FROM {table} ORDER BY {', '.join(KEYS[table])}, rowid"
    connection.execute(f"COPY ({query}) TO {file} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})")


def check_categories(connection: duckdb.DuckDBPyConnection, lake: Lake, lake_events: LakeEvents) -> None:
    """Raise :class:`FullReadNeeded` if an item of the lake's events has another category in ``items`` than there."""
    changed = f"""
        SELECT item_id FROM items FULL JOIN ({_lake_query(lake, "items")}) AS before USING (item_id)
        WHERE items.category IS DISTINCT FROM before.category
    """
    query = f"SELECT count(DISTINCT item_id) FROM {lake_events.query()} SEMI JOIN ({changed}) USING (item_id)"
    row = connection.execute(query).fetchone()
    if row and row[0]:
        raise FullReadNeeded(f"{row[0]:,} items of earlier events have another category now")


def changed_attributes(connection: duckdb.DuckDBPyConnection, lake: Lake, table: Table) -> frozenset[str] | None:
    """The customers whose rows of a table with attributes are not the lake's; None when the columns differ."""
    names = list(sql.describe(connection, table))
    if not lake.files(table) or names != lake.scan(table).collect_schema().names():
        return None
    columns = ", ".join(map(sql.name, names))
    after, before = f"SELECT {columns} FROM {table}", _lake_query(lake, table)
    query = f"SELECT DISTINCT customer_id FROM (({after} EXCEPT {before}) UNION ALL ({before} EXCEPT {after}))"
    return frozenset(str(row[0]) for row in connection.execute(query).fetchall())


def _lake_query(lake: Lake, table: Table) -> str:
    """The SQL of a table as the lake has it."""
    return f"SELECT * FROM read_parquet({sql.files(lake.files(table))})"
