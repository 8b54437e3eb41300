"""What sources of customers tell of their identifiers: each row like an event that carries them, in a table of its own.

A row counts from its ``since`` on; without one, from when it was first read.
"""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import duckdb
import polars as pl

from features import sql
from features.events.tables import LAKE_COLUMNS, OTHER_ID, SINCE, sql_type
from features.ingest.mapping.other_ids import ids_sql
from features.ingest.mapping.validation import CODE
from features.ingest.sources.portion import Portion
from features.lake import FORMAT, ROW_GROUP, Draft, Lake
from features.privacy.traces import Traces

TABLE: Final = "identifications"


def create_table(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the empty table."""
    columns = ", ".join(f"{sql.name(name)} {sql_type(role)}" for name, role in LAKE_COLUMNS[TABLE].items())
    connection.execute(f"CREATE TABLE {TABLE} ({columns})")


def insert_identifications(connection: duckdb.DuckDBPyConnection, portion: Portion, columns: Sequence[str]) -> None:
    """Add those of the staged rows of a source of customers that were not rejected."""
    others, id_type = [column for column in columns if column.startswith(OTHER_ID)], portion.source.id_type
    if not others:
        return
    since = sql.name(SINCE) if SINCE in columns else "CAST(NULL AS BIGINT)"
    prefix = f"{id_type}:"
    value = f"if(starts_with(customer_id, '{prefix}'), substr(customer_id, {len(prefix) + 1}), customer_id)"
    connection.execute(
        f"""
        INSERT INTO {TABLE} BY NAME
        SELECT chr(31) || left(md5(concat_ws(chr(31), source, id_type, id, ids)), 20) AS event_id, * FROM (
            SELECT {sql.literal(portion.name)} AS source, '{TABLE}' AS kind, '{id_type}' AS id_type, {value} AS id,
                   {ids_sql(others)} AS ids, {since} AS time
            FROM staged WHERE {CODE} IS NULL
        )
        WHERE ids IS NOT NULL
        """
    )


def write(
    connection: duckdb.DuckDBPyConnection, lake: Lake, draft: Draft, *, now: int, traces: Traces | None = None
) -> None:
    """Write the table without ``traces`` of erased people.

    What it held before keeps the moment (µs) from which it counts, if its source gives none.
    """
    if traces is not None:
        kept = traces.out_of_identifications(pl.DataFrame(connection.sql(f"FROM {TABLE}").to_arrow_table()))
        connection.register("kept", kept.to_arrow())
        connection.execute(f"DELETE FROM {TABLE}; INSERT INTO {TABLE} BY NAME FROM kept")
        connection.unregister("kept")
    if not sql.row_count(connection, TABLE):
        return
    files = lake.files(TABLE) if lake.manifest.format == FORMAT else []
    before = f"read_parquet({sql.files(files)})" if files else f"(FROM {TABLE} LIMIT 0)"
    query = f"""
        SELECT new.* REPLACE (coalesce(new.time, before.time, {now}) AS time)
        FROM (SELECT * REPLACE (min(time) AS time) FROM {TABLE} GROUP BY ALL) AS new
        LEFT JOIN {before} AS before USING (event_id)
        ORDER BY event_id
    """
    file = sql.literal(str(draft.part(TABLE)))
    connection.execute(f"COPY ({query}) TO {file} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})")
