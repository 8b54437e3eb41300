"""The sources' new rows, or all of them, through the door into the lake."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import polars as pl

from features import sql
from features.config.settings import Settings
from features.events.tables import schema
from features.ingest import reference_tables as small
from features.ingest.acceptance import create
from features.ingest.known_events import Held
from features.ingest.months import customers, write_months
from features.ingest.source import SourceReport, Taken, take, take_log, unchanged
from features.ingest.sources.changes import Changes, changed, everything
from features.ingest.sources.watermark import Anew, Mark, Seen, basis_of
from features.lake import Draft, Lake

Progress = Callable[[str, int, int], None]
# The events that came over HTTP after a numbered one, and the mark of the last one.
Log = Callable[[int], tuple[pl.DataFrame, Mark]]


@dataclass(frozen=True)
class IngestReport:
    """What became of all sources' rows, and the version of the lake that they made.

    ``log`` is the number of the last event of the log, ``before`` the version of the lake that they were added to, and
    ``customers`` are those whose events or attributes they changed: None when it may be anyone. Where everything was
    read anew though the lake was there, ``anew`` says why.
    """

    sources: tuple[SourceReport, ...]
    version: str
    log: int = 0
    before: str = ""
    customers: frozenset[str] | None = None
    anew: str | None = None

    @property
    def rejected(self) -> int:
        """The number of rows rejected."""
        return sum(source.read - source.accepted for source in self.sources)


def silent(what: str, done: int, total: int) -> None:
    """Show no progress."""


def ingest(settings: Settings, *, log: Log | None = None, progress: Progress = silent) -> IngestReport:
    """Read what is new in the sources, and of the events that came over HTTP, into the lake.

    The lake becomes what it would be if everything were read anew; where new rows alone cannot make it so, all is. What
    came over HTTP stays in it, whatever becomes of the log.
    """
    lake = Lake(settings.lake)
    with lake.writing() as draft:
        noted, why = lake.read, "the lake does not say what it was read from" if lake.exists else None
        if noted is not None:
            try:
                report = _add(settings, lake, draft, Seen.load(noted), log=log, progress=progress)
            except Anew as anew:
                noted, why = None, str(anew)
        if noted is None:
            report = replace(_add(settings, lake, draft, None, log=log, progress=progress), anew=why)
    return replace(report, version=lake.version)


def _add(
    settings: Settings, lake: Lake, draft: Draft, seen: Seen | None, *, log: Log | None, progress: Progress
) -> IngestReport:
    """Add what is not ``seen`` to the events that the lake holds, or everything to none."""
    at = time.time_ns() // 1000
    changes = changed(settings, seen) if seen else everything(settings)
    portions, steps = changes.portions, len(changes.portions) + 1
    with _engine(settings.home) as (connection, scratch):
        held = Held.of(connection, lake.parts("events") if seen else {})
        taken = dict[str, Taken]()
        for done, (name, portion) in enumerate(portions.items()):
            progress(name, done, steps)
            taken[name] = take(connection, held, portion, settings, scratch)
        progress("lake", steps - 1, steps)
        heard, mark = _heard(log, seen)
        whole = seen is None or not mark.follows(seen.log)
        logged = take_log(connection, held, heard, before=_before(lake) if whole else None)
        touched = _write(connection, held, lake, draft, changes)
        if touched is not None:
            touched |= frozenset(heard["customer_id"].drop_nulls())
        origins = {name: replace(each.origin, rejects=each.aside.put()) for name, each in taken.items()}
    known = {**(seen.sources if seen else {}), **origins}
    draft.read = Seen(at, mark, basis_of(settings), {name: known[name] for name in settings.sources}).dump()
    progress("lake", steps, steps)
    reports = [taken[n].report if n in taken else unchanged(n, s.table) for n, s in settings.sources.items()]
    told = (*reports, logged) if log else tuple(reports)
    return IngestReport(told, "", log=mark.number, before=lake.version, customers=None if whole else touched)


@contextmanager
def _engine(home: Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """A DuckDB that spills into a scratch folder instead of growing, and that folder."""
    with tempfile.TemporaryDirectory(prefix=".ingest-", dir=home) as scratch, duckdb.connect() as connection:
        connection.execute(f"SET temp_directory = {sql.literal(scratch)}; SET memory_limit = '2GB'")
        connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        create(connection)
        yield connection, Path(scratch)


def _heard(log: Log | None, seen: Seen | None) -> tuple[pl.DataFrame, Mark]:
    """The events that came over HTTP since the lake was written, or all of a log that is not the one it was read from.

    The mark is of the last one.
    """
    before = seen.log if seen else Mark()
    if log is None:
        return pl.DataFrame(schema=schema("events")), before
    events, mark = log(before.number)
    return (events, mark) if mark.follows(before) or not before.number else log(0)


def _before(lake: Lake) -> Held:
    """What is there of the lake's events."""
    return Held({month: file for month, file in lake.parts("events").items() if file.is_file()})


def _write(
    connection: duckdb.DuckDBPyConnection, held: Held, lake: Lake, draft: Draft, changes: Changes
) -> frozenset[str] | None:
    """Write what changed and keep the rest; the customers whose events or attributes are others now, None for all."""
    if held.files and "items" in changes.tables:
        small.check_categories(connection, lake, held)
    for table in small.TABLES - changes.tables:
        small.keep(connection, lake, draft, table)
    write_months(connection, held, draft)
    for table in changes.tables:
        small.write(connection, draft, table)
    touched = customers(connection)
    if not held.files or "customers" not in changes.tables:
        return touched
    described = small.described_anew(connection, lake)
    return None if described is None else touched | described
