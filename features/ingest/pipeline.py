"""The way of one source's rows: read, mapped and checked, the bad ones quarantined, the others canonical rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from features import sql
from features.config.settings import Settings
from features.events.money import Money
from features.ingest.canonical_rows import insert_rows
from features.ingest.erased import ERASED, refuse_erased
from features.ingest.events.duplicates import match_lake_events, reject_duplicates, reject_rows_without_id
from features.ingest.events.lake_events import LakeEvents
from features.ingest.events.same_orders import give_way
from features.ingest.mapping.midnights import settle_midnights
from features.ingest.mapping.projection import project
from features.ingest.mapping.pseudonyms import holds_hashed
from features.ingest.mapping.validation import filled_counts, validate_rows
from features.ingest.quarantine import Quarantine, quarantine, rejection_counts
from features.ingest.report import SourceReport
from features.ingest.sources.column_types import count_forms
from features.ingest.sources.databases import reads_since
from features.ingest.sources.portion import Portion
from features.ingest.sources.rows import Rows, read
from features.ingest.sources.watermark import SourceWatermark
from features.privacy.pseudonyms import Pseudonyms
from features.privacy.tombstones import Tombstones


@dataclass(frozen=True)
class PortionResult:
    """What a portion came to: the report, how far its source is read now, and its rejected rows."""

    report: SourceReport
    watermark: SourceWatermark
    quarantine: Quarantine

    def publish(self) -> SourceWatermark:
        """Put the rejected rows into their file; the watermark that knows its length."""
        return replace(self.watermark, reject_bytes=self.quarantine.publish())


# Is shown each portion while the table `rows` holds what came of it, and `staged` what becomes of it.
Look = Callable[[duckdb.DuckDBPyConnection, Portion, Rows], None]


def ingest_portion(
    connection: duckdb.DuckDBPyConnection,
    lake_events: LakeEvents,
    portion: Portion,
    settings: Settings,
    scratch: Path,
    *,
    look: Look | None = None,
    tombstones: Tombstones | None = None,
) -> PortionResult:
    """Read a portion, check its rows, quarantine the rejected ones and put the others into their canonical table."""
    name, source, previous = portion.name, portion.source, portion.previous
    rows = read(connection, portion, scratch)
    rows = replace(rows, forms=count_forms(connection, name, source, rows, previous.forms if previous else {}))
    projection = project(connection, name, source, rows, Money(settings.currency, settings.minor_units))
    projection, midnights = settle_midnights(connection, portion, projection)
    columns = validate_rows(connection, name, source, projection, settings)
    left_out = rows.count - sql.row_count(connection, "staged")
    gave_way = give_way(connection, portion) if source.same_as else 0
    _reject_duplicates(connection, lake_events, portion, columns)
    refuse_erased(connection, source, columns, tombstones)
    filled = filled_counts(connection, columns)
    rejected, file = rejection_counts(connection), settings.rejects / f"{name}.csv"
    places_only = holds_hashed(source, Pseudonyms.of(settings))
    rejected_rows = quarantine(connection, portion, rows, file, scratch, places_only=places_only)
    if look:
        look(connection, portion, rows)
    connection.execute("DROP TABLE rows")
    insert_rows(connection, portion, lake_events, columns, settings.currency)
    connection.execute("DROP TABLE IF EXISTS staged")  # where it is not kept
    aside = file if set(rejected) - {ERASED} else None
    report = SourceReport(name, source.table, portion.description, rows.count, rejected, aside, left_out, gave_way)
    watermark = _watermark(portion, rows, report, filled)
    return PortionResult(report, replace(watermark, midnights=midnights), rejected_rows)


def _reject_duplicates(
    connection: duckdb.DuckDBPyConnection, lake_events: LakeEvents, portion: Portion, columns: list[str]
) -> None:
    table = portion.source.table
    if table == "events" and "event_id" in columns:
        if portion.is_database and reads_since(portion.source):
            reject_rows_without_id(connection)
        match_lake_events(connection, lake_events, portion)
    reject_duplicates(connection, table, columns)


def _watermark(portion: Portion, rows: Rows, report: SourceReport, filled: Mapping[str, int]) -> SourceWatermark:
    """How far the source is read now, its counts those of this portion and of what it was added to."""
    previous = portion.previous or SourceWatermark(portion.source.table, "")
    return replace(
        portion.watermark,
        columns=rows.columns,
        forms=rows.forms,
        rows=previous.rows + rows.count,
        accepted=previous.accepted + report.accepted,
        rejected=previous.rejected + report.rejected_for_content,
        filled={column: count + previous.filled.get(column, 0) for column, count in filled.items()},
        whole=portion.previous is None,
    )
