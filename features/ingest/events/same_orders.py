"""Orders that several sources tell of: those of a source give way where a source of its ``same_as`` tells of them."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from collections.abc import Iterable

import duckdb

from features import sql
from features.config.same_as import KINDS_OF_ORDERS, all_same_as
from features.config.settings import Settings
from features.ingest.events.lake_events import LakeEvents
from features.ingest.mapping.validation import CODE
from features.ingest.sources.portion import Portion
from features.ingest.sources.watermark import FullReadNeeded, Watermarks

_HAS_ORDER = f"order_id IS NOT NULL AND kind IN ({', '.join(map(sql.literal, KINDS_OF_ORDERS))})"


def give_way_in_lake(
    connection: duckdb.DuckDBPyConnection,
    lake_events: LakeEvents,
    name: str,
    settings: Settings,
    watermarks: Watermarks | None,
) -> None:
    """Fill the table ``told_orders`` with what others tell of, and let what the lake has of this source give way.

    These others have been read by now. Raises :class:`FullReadNeeded` where an order is no longer told of, so that rows
    which once gave way count again; and where a row gives way for whose id another one was rejected.
    """
    others = all_same_as(name, settings.sources)
    _collect_told_orders(connection, lake_events, others)
    if not lake_events.files:
        return
    gone = f"SELECT kind, order_id FROM superseded_events WHERE {_HAS_ORDER} AND {_of(others)}"
    if sql.row_count(connection, f"({gone} EXCEPT FROM told_orders)"):
        raise FullReadNeeded(f"an order that {name} told of too is no longer told by {', '.join(others)}")
    before = sql.row_count(connection, "superseded_events")
    connection.execute(
        f"""
        INSERT INTO superseded_events
        SELECT * FROM {lake_events.query()} SEMI JOIN told_orders USING (kind, order_id)
        WHERE {_of([name])} AND event_id NOT IN (SELECT event_id FROM superseded_events WHERE {_of([name])})
        """
    )
    previous = watermarks.sources.get(name) if watermarks else None
    if previous and previous.reject_bytes and sql.row_count(connection, "superseded_events") > before:
        raise FullReadNeeded(f"rows of {name} give way, which may make up for rejected ones")


def _collect_told_orders(connection: duckdb.DuckDBPyConnection, lake_events: LakeEvents, others: Iterable[str]) -> None:
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE told_orders AS
        SELECT DISTINCT kind, order_id FROM (
            SELECT source, event_id, kind, order_id FROM events
            UNION ALL
            SELECT source, event_id, kind, order_id FROM {lake_events.query()}
            ANTI JOIN superseded_events USING (source, event_id)
        )
        WHERE {_HAS_ORDER} AND {_of(others)}
        """
    )


def give_way(connection: duckdb.DuckDBPyConnection, portion: Portion) -> int:
    """Take the rows out of the table ``staged`` whose orders are in ``told_orders``; how many."""
    kind = "kind" if portion.source.kind is None else sql.literal(portion.source.kind)
    before = sql.row_count(connection, "staged")
    told = f"({kind}, order_id) IN (SELECT (kind, order_id) FROM told_orders)"
    connection.execute(f"DELETE FROM staged WHERE {CODE} IS NULL AND order_id IS NOT NULL AND {told}")
    return before - sql.row_count(connection, "staged")


def _of(sources: Iterable[str]) -> str:
    return f"source IN ({', '.join(map(sql.literal, sources))})"
