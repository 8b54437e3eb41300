"""Deduplication: of rows of one source with one key the first is kept, within a build and between it and the lake."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np

from features import sql
from features.events.tables import KEYS, Table
from features.ingest.events.lake_events import LakeEvents
from features.ingest.mapping.validation import CODE, REASON
from features.ingest.sources.formats.places import ROW
from features.ingest.sources.portion import Portion
from features.ingest.sources.watermark import FullReadNeeded


def match_lake_events(connection: duckdb.DuckDBPyConnection, lake_events: LakeEvents, portion: Portion) -> None:
    """Find the source's events in the lake whose ids staged events have; other sources may use the same ids.

    What an earlier file gave stays: its ids go to the table ``known_ids``. What the same database gave before is
    superseded: it goes to ``superseded_events``. :class:`FullReadNeeded` is raised where a row of a file would have to
    give way, for then it is a rejected row.
    """
    connection.execute("DELETE FROM known_ids")
    if not lake_events.files:
        return
    matches = f"""
        FROM {lake_events.query()} SEMI JOIN (
            SELECT event_id FROM staged WHERE event_id IS NOT NULL AND {CODE} IS NULL
        ) USING (event_id)
        ANTI JOIN superseded_events USING (source, event_id)
        WHERE source = {sql.literal(portion.name)}
    """
    if portion.is_database:
        connection.execute(f"INSERT INTO superseded_events SELECT * {matches}")
        return
    connection.execute(f"INSERT INTO known_ids SELECT event_id {matches}")
    if not portion.in_order and sql.row_count(connection, "known_ids"):
        raise FullReadNeeded.repeating(portion.name)


def reject_duplicates(connection: duckdb.DuckDBPyConnection, table: Table, columns: Sequence[str]) -> None:
    """Reject staged rows whose key an earlier row has: of this source, or of another that fills the same table.

    An event is known by its source and its id; attributes of one customer may come from several sources.
    """
    names = KEYS[table]
    if names[0] not in columns or (table == "events" and _all_differ(connection)):
        return
    key = names[0] if len(names) == 1 else f"row({', '.join(names)})"
    first = f"min({ROW}) OVER (PARTITION BY {key})"
    others = "known_ids" if table == "events" else table
    earlier = "false" if table == "customers" else f"{key} IN (SELECT {key} FROM {others})"
    code = f"duplicate_{names[0]}" if len(names) == 1 else "duplicate_snapshot"
    reason = f"'another row with this {' and '.join(names)} came first'"
    connection.execute(
        f"""
        UPDATE staged SET {CODE} = '{code}', {REASON} = {reason}
        FROM (
            SELECT {ROW} AS duplicate FROM staged WHERE {CODE} IS NULL AND {key} IS NOT NULL
            QUALIFY {ROW} > {first} OR {earlier}
        )
        WHERE {ROW} = duplicate
        """
    )


def _all_differ(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the ids of staged events surely differ from each other and from known ones: hashes say so at once."""
    query = "SELECT hash(event_id) AS hash FROM staged WHERE event_id IS NOT NULL"
    hashes = np.sort(connection.execute(query).fetchnumpy()["hash"])
    return bool((hashes[1:] != hashes[:-1]).all()) and not sql.row_count(connection, "known_ids")


def reject_rows_without_id(connection: duckdb.DuckDBPyConnection) -> None:
    """Reject staged events without an id where rows are read more than once: nothing else tells them apart."""
    reason = "'a row that `:since` may give twice needs an event_id'"
    connection.execute(
        f"""
        UPDATE staged SET {CODE} = 'missing_event_id', {REASON} = {reason}
        WHERE {CODE} IS NULL AND event_id IS NULL
        """
    )
