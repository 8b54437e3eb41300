"""Deduplication: of rows with one key the first is kept, within a build and between a build and the lake."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from collections.abc import Sequence

import duckdb

from features import sql
from features.events.tables import COLUMNS, Table
from features.ingest.http_log import HTTP
from features.ingest.lake_events import LakeEvents
from features.ingest.sources.csv import ROW
from features.ingest.sources.portion import Portion
from features.ingest.sources.watermark import FullReadNeeded
from features.ingest.validation import CODE, REASON


def match_lake_events(
    connection: duckdb.DuckDBPyConnection, lake_events: LakeEvents, portion: Portion, *, later: frozenset[str]
) -> None:
    """Find the lake's events whose ids staged events have.

    What an earlier source gave, or an earlier row of this one, stays: its ids go to the table ``known_ids``. What came
    over HTTP, and what the same database gave before, is superseded: it goes to ``superseded_events``.
    :class:`FullReadNeeded` is raised where a row of a file would have to give way, for then it is a rejected row.
    ``later`` are the sources that are read after this one.
    """
    connection.execute("DELETE FROM known_ids")
    if not lake_events.files:
        return
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE matches AS
        SELECT * FROM {lake_events.query()} SEMI JOIN (
            SELECT event_id FROM staged WHERE event_id IS NOT NULL AND {CODE} IS NULL
        ) USING (event_id)
        WHERE event_id NOT IN (SELECT event_id FROM superseded_events)
        """
    )
    sources = {str(row[0]) for row in connection.execute("SELECT DISTINCT source FROM matches").fetchall()}
    if portion.name in sources and not portion.is_database and not portion.in_order:
        raise FullReadNeeded.repeating(portion.name)
    for name in sorted(sources & later):
        raise FullReadNeeded(f"{portion.name} has events that so far only {name} had, which is read after it")
    replaceable = f"source IN ({sql.literal(HTTP)}, {sql.literal(portion.name if portion.is_database else HTTP)})"
    connection.execute(f"INSERT INTO superseded_events SELECT * FROM matches WHERE {replaceable}")
    connection.execute(f"INSERT INTO known_ids SELECT event_id FROM matches WHERE NOT {replaceable}")


def reject_duplicates(connection: duckdb.DuckDBPyConnection, table: Table, columns: Sequence[str]) -> None:
    """Reject staged rows whose key an earlier row has, of this portion or another, or an event in ``known_ids``.

    Attributes of one customer may come from several sources.
    """
    key = next(iter(COLUMNS[table]))
    if key not in columns:
        return
    first = f"min({ROW}) OVER (PARTITION BY {key})"
    earlier = f"{key} IN (SELECT {key} FROM {table})"
    if table == "events":
        earlier += " OR event_id IN (SELECT event_id FROM known_ids)"
    reason = f"'another row with this {key} came first'"
    connection.execute(
        f"""
        UPDATE staged SET {CODE} = 'duplicate_{key}', {REASON} = {reason}
        FROM (
            SELECT {ROW} AS duplicate FROM staged WHERE {CODE} IS NULL AND {key} IS NOT NULL
            QUALIFY {ROW} > {first} OR {"false" if table == "customers" else earlier}
        )
        WHERE {ROW} = duplicate
        """
    )


def reject_rows_without_id(connection: duckdb.DuckDBPyConnection) -> None:
    """Reject staged events without an id where rows are read more than once: nothing else tells them apart."""
    reason = "'a row that `:since` may give twice needs an event_id'"
    connection.execute(
        f"""
        UPDATE staged SET {CODE} = 'missing_event_id', {REASON} = {reason}
        WHERE {CODE} IS NULL AND event_id IS NULL
        """
    )
