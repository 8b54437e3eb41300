"""The log of events that came over HTTP: one more source of events."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import duckdb
import polars as pl

from features import sql
from features.errors import StamkundError
from features.events.identifiers import node_sql
from features.events.returns import MAGNITUDES, without_sign_sql
from features.events.tables import COLUMNS, HTTP, schema
from features.ingest.events.lake_events import LakeEvents
from features.ingest.report import SourceReport
from features.ingest.sources.watermark import LogWatermark, Watermarks

# Gives the events that came over HTTP after a numbered one, and the watermark of the last one.
Log = Callable[[int], tuple[pl.DataFrame, LogWatermark]]


def read_log(log: Log | None, watermarks: Watermarks | None) -> tuple[pl.DataFrame, LogWatermark]:
    """The events that came over HTTP since the lake was written, or all of a log that is not the one it was read from.

    The watermark is that of the last one.
    """
    previous = watermarks.log if watermarks else LogWatermark()
    if log is None:
        return pl.DataFrame(schema=schema("events")), previous
    events, watermark = log(previous.number)
    return (events, watermark) if watermark.follows(previous) or not previous.number else log(0)


def ingest_log(
    connection: duckdb.DuckDBPyConnection,
    lake_events: LakeEvents,
    log: pl.DataFrame,
    *,
    earlier_files: Sequence[Path] | None,
    same_hashing: bool = True,
) -> SourceReport:
    """Put the log's events into the table ``http_events``, each once by its id.

    Where the log is read whole, ``earlier_files`` are the lake's files of events: those of an earlier log in them,
    which this log has not, are kept; what was hashed otherwise than now (not ``same_hashing``) is refused.
    """
    connection.register("log", log.to_arrow())
    duplicates = log.height - _accept(connection, lake_events)
    scope = "new events" if log.height else "unchanged"
    if earlier_files is not None:
        earlier = _keep_earlier(connection, lake_events, earlier_files)
        if earlier and not same_hashing:
            raise StamkundError("other_hashing.log", count=earlier, field="identity.types")
        scope = f"read whole, {earlier:,} of an earlier log kept" if earlier else "read whole"
    connection.unregister("log")
    return SourceReport(HTTP, "events", scope, log.height, {"duplicate_event_id": duplicates} if duplicates else {})


def _accept(connection: duckdb.DuckDBPyConnection, lake_events: LakeEvents) -> int:
    """Accept those events of the view ``log`` that are new; how many these are."""
    connection.execute(
        f"""
        INSERT INTO http_events BY NAME
        SELECT * REPLACE ({sql.literal(HTTP)} AS source, {_told([*MAGNITUDES, "fragment"])}) FROM log
        WHERE event_id NOT IN (
            SELECT event_id FROM {lake_events.query()} SEMI JOIN log USING (event_id)
            WHERE source = {sql.literal(HTTP)}
        )
        QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY received_at, time) = 1
        """
    )
    return sql.row_count(connection, "http_events")


def _keep_earlier(connection: duckdb.DuckDBPyConnection, lake_events: LakeEvents, files: Sequence[Path]) -> int:
    """Keep the HTTP events in these files that the view ``log`` has not; how many these are.

    Where events are added to the lake's, these stay anyway.
    """
    earlier = LakeEvents({file.name: file for file in files})
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE earlier_log AS
        SELECT {_told(COLUMNS["events"])} FROM {earlier.query()} WHERE source = {sql.literal(HTTP)}
          AND event_id NOT IN (SELECT event_id FROM log)
        """
    )
    if not lake_events.files:
        connection.execute("INSERT INTO http_events BY NAME FROM earlier_log")
    return sql.row_count(connection, "earlier_log")


def _told(columns: Collection[str]) -> str:
    """The SQL of columns; earlier versions logged no fragment, and what came back with the sign that it came with."""
    told = {column: without_sign_sql(column, "kind") for column in MAGNITUDES}
    told["fragment"] = f"coalesce(fragment, {node_sql('id_type', 'id')})"
    return ", ".join(f"{told.get(column, sql.name(column))} AS {sql.name(column)}" for column in columns)
