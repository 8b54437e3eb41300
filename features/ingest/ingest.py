"""The ingest: the sources' new rows, or all of them, checked and written into the lake."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import duckdb
import polars as pl

from features import sql
from features.config.same_as import reading_order
from features.config.settings import Settings
from features.events.tables import PEOPLE_TABLES, REFERENCE_TABLES, WITH_ATTRIBUTES, schema
from features.ingest.canonical_rows import create_tables
from features.ingest.events.lake_events import LakeEvents, changed_fragments
from features.ingest.events.same_orders import give_way_in_lake
from features.ingest.guards import check_codes, check_files, check_names, check_rows
from features.ingest.http_log import Log, ingest_log, read_log
from features.ingest.lake_watermarks import verified_watermarks
from features.ingest.pipeline import Look, PortionResult, ingest_portion
from features.ingest.reference import identifications
from features.ingest.reference import tables as reference_tables
from features.ingest.report import IngestReport, SourceReport
from features.ingest.sources.changes import Changes, changes_since, everything
from features.ingest.sources.watermark import (
    FullReadNeeded,
    SourceWatermark,
    Watermarks,
    basis_of,
)
from features.lake import Draft, Lake
from features.privacy.pseudonyms import hashing_of
from features.privacy.tombstones import Tombstones
from features.privacy.traces import Traces
from features.progress import Progress, silent


def ingest(
    settings: Settings,
    *,
    log: Log | None = None,
    progress: Progress = silent,
    anew: bool = False,
    accept: Collection[str] = (),
    look: Look | None = None,
    tombstones: Tombstones | None = None,
) -> IngestReport:
    """Read what is new in the sources, and of the events that came over HTTP, into the lake.

    The lake becomes what it would be if everything were read whole; where new rows alone cannot make it so, or
    ``anew`` asks for it, all is. What came over HTTP stays in it, whatever becomes of the log. ``look`` is shown each
    source's rows as they came, and what becomes of them. Rows of people who were erased are refused by ``tombstones``.

    The files of the lake before stay; whoever calls it clears them away.

    Raises :class:`StamkundError` ``lake_corrupt`` when the present lake cannot be read, and the code of a guard
    (:mod:`features.ingest.guards`) that finds a source not as it was, unless ``accept`` names it; nothing is changed
    then.
    """
    check_codes(accept)
    lake = Lake(settings.lake)
    with lake.writing(clear=False) as draft:
        watermarks, reason = verified_watermarks(lake)
        job = partial(_ingest, settings, lake, draft, log=log, progress=progress)
        job = partial(job, usual=watermarks.sources if watermarks else {}, accept=accept, look=look)
        same_hashing = hashing_of(settings) == (watermarks.hashing if watermarks else "")
        job = partial(job, same_hashing=same_hashing, tombstones=tombstones)
        if anew:
            watermarks, reason = None, "that was asked for"
        elif watermarks is not None and not same_hashing:
            watermarks, reason = None, "other identifiers are hashed, or by another key"
        if watermarks is not None:
            try:
                report = job(watermarks)
            except FullReadNeeded as need:
                watermarks, reason = None, str(need)
        if watermarks is None:
            report = replace(job(None), full_read_reason=reason)
        check_names(settings, _events(lake, draft, kept=watermarks is not None), accept)
    return replace(report, version=lake.version)


def _ingest(
    settings: Settings,
    lake: Lake,
    draft: Draft,
    watermarks: Watermarks | None,
    *,
    log: Log | None,
    progress: Progress,
    usual: Mapping[str, SourceWatermark],
    same_hashing: bool,
    accept: Collection[str],
    look: Look | None,
    tombstones: Tombstones | None,
) -> IngestReport:
    """Add what lies behind the ``watermarks`` to the events that the lake holds; without them, everything to none.

    The guards compare with the ``usual``, what the sources gave before.
    """
    started_at = time.time_ns() // 1000
    changes = changes_since(settings, watermarks) if watermarks else everything(settings)
    check_files({name: portion.watermark for name, portion in changes.portions.items()}, usual, accept)
    steps = len(changes.portions) + 1
    traces = None if tombstones is None else Traces(tombstones.until)
    with _engine(settings.home) as (connection, scratch):
        lake_events = LakeEvents.open(connection, lake.parts("events") if watermarks else {})
        log_events, log_watermark = read_log(log, watermarks)
        log_events = log_events if traces is None else traces.out_of(log_events)
        full_log = watermarks is None or not log_watermark.follows(watermarks.log)
        earlier = lake.files("events") if full_log else None
        log_report = ingest_log(connection, lake_events, log_events, earlier_files=earlier, same_hashing=same_hashing)
        results = dict[str, PortionResult]()
        for name in reading_order(settings.sources):
            if settings.sources[name].same_as:
                give_way_in_lake(connection, lake_events, name, settings, watermarks)
            if portion := changes.portions.get(name):
                progress(name, len(results), steps)
                results[name] = ingest_portion(
                    connection, lake_events, portion, settings, scratch, look=look, tombstones=tombstones
                )
        check_rows(settings.sources, {name: result.watermark for name, result in results.items()}, usual, accept)
        progress("lake", steps - 1, steps)
        _write(connection, lake_events, lake, draft, changes, now=settings.now(), traces=traces)
        fragments = None if full_log else _changed_fragments(connection, lake, changes, log_events)
        sources = (dict(watermarks.sources) if watermarks else {}) | {n: r.publish() for n, r in results.items()}
    sources = {name: sources[name] for name in settings.sources}
    draft.watermarks = Watermarks(started_at, basis_of(settings), log_watermark, sources, hashing_of(settings)).dump()
    progress("lake", steps, steps)
    reports = (*_reports(settings, results), log_report) if log else _reports(settings, results)
    return IngestReport(reports, "", log=log_watermark.number, before=lake.version, fragments=fragments)


def _events(lake: Lake, draft: Draft, *, kept: bool) -> pl.LazyFrame:
    """The events of the next lake."""
    files, columns = draft.files("events", lake.parts("events") if kept else {}), schema("events")
    return pl.scan_parquet(files, schema=columns, missing_columns="insert") if files else pl.LazyFrame(schema=columns)


@contextmanager
def _engine(home: Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """A DuckDB that spills into a scratch folder instead of growing, and that folder."""
    with tempfile.TemporaryDirectory(prefix=".ingest-", dir=home) as scratch, duckdb.connect() as connection:
        connection.execute(f"SET temp_directory = {sql.literal(scratch)}; SET memory_limit = '2GB'")
        connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        create_tables(connection)
        yield connection, Path(scratch)


def _write(
    connection: duckdb.DuckDBPyConnection,
    lake_events: LakeEvents,
    lake: Lake,
    draft: Draft,
    changes: Changes,
    *,
    now: int,
    traces: Traces | None,
) -> None:
    """Write what changed and keep the rest; identifiers that are undated count from ``now`` on, if they are new.

    What is written holds no ``traces`` of erased people.
    """
    if lake_events.files and "items" in changes.tables:
        reference_tables.check_categories(connection, lake, lake_events)
    for table in REFERENCE_TABLES - changes.tables:
        reference_tables.keep(connection, lake, draft, table)
    for kept in PEOPLE_TABLES:
        draft.keep(kept, lake.parts(kept))
    if "customers" in changes.tables:
        identifications.write(connection, lake, draft, now=now, traces=traces)
    else:
        draft.keep("identifications", lake.parts("identifications"))
    lake_events.write(connection, draft, traces)
    for table in changes.tables:
        reference_tables.write(connection, draft, table)


def _changed_fragments(
    connection: duckdb.DuckDBPyConnection, lake: Lake, changes: Changes, log: pl.DataFrame
) -> frozenset[str] | None:
    """The fragments whose events or attributes changed; None for all."""
    fragments = changed_fragments(connection) | frozenset(log["fragment"].drop_nulls())
    for table in WITH_ATTRIBUTES & changes.tables:
        changed = reference_tables.changed_attributes(connection, lake, table)
        if changed is None:
            return None
        fragments |= changed
    return fragments


def _reports(settings: Settings, results: dict[str, PortionResult]) -> tuple[SourceReport, ...]:
    return tuple(
        results[name].report if name in results else SourceReport.unchanged(name, source.table)
        for name, source in settings.sources.items()
    )
