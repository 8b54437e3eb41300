"""The sources' new rows, or all of them, through the door into the lake."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import polars as pl

from features import small, sql
from features.accepted import accept, accept_log, create, reject_duplicates, reject_unnamed
from features.changes import Changes, changed, everything
from features.databases import reads_since
from features.door import judge
from features.held import LOG, Held, meet
from features.lake import Draft, Lake
from features.mapping import written
from features.months import customers, write_months
from features.reading import Money
from features.rejects import Aside, counted, set_aside
from features.schema import Table
from features.seen import Anew, Origin, Seen, basis_of
from features.settings import Settings
from features.sources import Portion, read

Progress = Callable[[str, int, int], None]
# The events that came over HTTP after a numbered one, and the number of the last one.
Log = Callable[[int], tuple[pl.DataFrame, int]]


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
class IngestReport:
    """What became of all sources' rows, and the version of the lake that they made.

    ``before`` is the version that they were added to, and ``customers`` are those whose events or attributes they
    changed; None, when everything was read anew, and ``anew`` says why if it need not have been.
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

    The lake becomes what it would be if everything were read anew; where new rows alone cannot make it so, all is.
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
            report = replace(_add(settings, lake, draft, None, log=log, progress=progress), customers=None, anew=why)
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
        taken = dict[str, _Taken]()
        for done, (name, portion) in enumerate(portions.items()):
            progress(name, done, steps)
            taken[name] = _take(connection, held, portion, settings, scratch)
        progress("lake", steps - 1, steps)
        heard, last = _heard(log, seen)
        logged = [] if heard is None else [_take_log(connection, held, heard, whole=seen is None)]
        touched = _write(connection, held, lake, draft, changes)
        if touched is not None and heard is not None:
            touched |= frozenset(heard["customer_id"].drop_nulls())
        origins = {name: replace(each.origin, rejects=each.aside.put()) for name, each in taken.items()}
    known = {**(seen.sources if seen else {}), **origins}
    draft.read = Seen(at, last, basis_of(settings), {name: known[name] for name in settings.sources}).dump()
    progress("lake", steps, steps)
    reports = [taken[n].report if n in taken else _unchanged(n, s.table) for n, s in settings.sources.items()]
    return IngestReport((*reports, *logged), "", log=last, before=lake.version, customers=touched)


@contextmanager
def _engine(home: Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """A DuckDB that spills into a scratch folder instead of growing, and that folder."""
    with tempfile.TemporaryDirectory(prefix=".ingest-", dir=home) as scratch, duckdb.connect() as connection:
        connection.execute(f"SET temp_directory = {sql.literal(scratch)}; SET memory_limit = '2GB'")
        connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        create(connection)
        yield connection, Path(scratch)


@dataclass(frozen=True)
class _Taken:
    """What a portion of a source came to."""

    report: SourceReport
    origin: Origin
    aside: Aside


def _take(
    connection: duckdb.DuckDBPyConnection,
    held: Held,
    portion: Portion,
    settings: Settings,
    scratch: Path,
) -> _Taken:
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
    return _Taken(report, replace(portion.now, columns=rows.columns, written=rows.written, rows=count), aside)


def _heard(log: Log | None, seen: Seen | None) -> tuple[pl.DataFrame | None, int]:
    """The events that came over HTTP since the lake was written, and the number of the last one."""
    after = seen.log if seen else 0
    events, last = log(after) if log else (None, 0)
    if last < after:
        raise Anew("the log of HTTP events ends before the one that was read")
    return events, last


def _take_log(connection: duckdb.DuckDBPyConnection, held: Held, heard: pl.DataFrame, *, whole: bool) -> SourceReport:
    known = heard.height - accept_log(connection, heard, held)
    how = "read whole" if whole else "new events" if heard.height else "unchanged"
    return SourceReport(LOG, "events", how, heard.height, {"duplicate_event_id": known} if known else {})


def _unchanged(name: str, table: Table) -> SourceReport:
    return SourceReport(name, table, "unchanged", 0, {})


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
