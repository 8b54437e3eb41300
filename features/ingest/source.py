"""One source's rows through the door: read, judged, set aside or accepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import polars as pl

from features.config.settings import Settings
from features.events.tables import Table
from features.ingest.acceptance import accept, accept_log, keep_log, reject_duplicates, reject_unnamed
from features.ingest.checks import judge
from features.ingest.known_events import LOG, Held, meet
from features.ingest.mapping import written
from features.ingest.rejects import Aside, counted, set_aside
from features.ingest.sources.databases import reads_since
from features.ingest.sources.rows import Portion, read
from features.ingest.sources.watermark import Origin
from features.ingest.values import Money


@dataclass(frozen=True)
class SourceReport:
    """What became of the rows that were read of a source: each is either accepted or rejected.

    ``how`` says what was read: ``read whole``, ``2 new files``, ``since 2024-05-01 09:00``, ``unchanged``.
    """

    name: str
    table: Table
    how: str
    read: int
    rejected: Mapping[str, int]
    rejects: Path | None = None

    @property
    def accepted(self) -> int:
        """The number of rows accepted."""
        return self.read - sum(self.rejected.values())


@dataclass(frozen=True)
class Taken:
    """What a portion of a source came to."""

    report: SourceReport
    origin: Origin
    aside: Aside


def take(
    connection: duckdb.DuckDBPyConnection,
    held: Held,
    portion: Portion,
    settings: Settings,
    scratch: Path,
) -> Taken:
    """Read a portion, judge its rows, set the rejected ones aside and accept the others."""
    name, source, earlier = portion.name, portion.source, portion.earlier
    rows = read(connection, portion)
    rows = replace(rows, written=written(connection, name, source, rows, earlier.written if earlier else {}))
    columns = judge(connection, name, source, rows, Money(settings.currency, settings.minor_units))
    if source.table == "events" and "event_id" in columns:
        if not portion.tables and reads_since(source):
            reject_unnamed(connection)
        names = list(settings.sources)
        meet(connection, held, portion, later=frozenset(names[names.index(name) + 1 :]))
    reject_duplicates(connection, source.table, columns)
    rejected, file = counted(connection), settings.rejects / f"{name}.csv"
    aside = set_aside(connection, portion, rows, file, scratch)
    accept(connection, portion, held, columns, settings.currency)
    connection.execute("DROP TABLE rows; DROP TABLE staged")
    report = SourceReport(name, source.table, portion.how, rows.read, rejected, file if rejected else None)
    count = rows.read + (earlier.rows if earlier else 0)
    return Taken(report, replace(portion.now, columns=rows.columns, written=rows.written, rows=count), aside)


def take_log(
    connection: duckdb.DuckDBPyConnection, held: Held, heard: pl.DataFrame, *, before: Held | None
) -> SourceReport:
    """Accept the events that came over HTTP, each once.

    Where the log is read whole, those that the lake had ``before`` and the log has not stay beside them.
    """
    known = heard.height - accept_log(connection, heard, held)
    how = "new events" if heard.height else "unchanged"
    if before is not None:
        kept = keep_log(connection, heard, held, before)
        how = f"read whole, {kept:,} of an earlier log kept" if kept else "read whole"
    return SourceReport(LOG, "events", how, heard.height, {"duplicate_event_id": known} if known else {})


def unchanged(name: str, table: Table) -> SourceReport:
    """The report of a source of which nothing was read."""
    return SourceReport(name, table, "unchanged", 0, {})
