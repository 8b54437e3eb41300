"""All sources through the door into the lake."""

# ruff: noqa: S608  (names are quoted; the expressions are those of whoever wrote the settings)
from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from features import sql
from features.accepted import accept, accept_log, create, key, reject_duplicates
from features.door import judge
from features.lake import ROW_GROUP, Lake
from features.reading import Money
from features.rejects import counted, set_aside
from features.schema import COLUMNS, TABLES, Table
from features.settings import Settings, Source
from features.sources import read

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class SourceReport:
    """What became of one source's rows: each row read is either accepted or rejected."""

    name: str
    table: Table
    read: int
    rejected: Mapping[str, int]
    rejects: Path | None = None

    @property
    def accepted(self) -> int:
        """The number of rows accepted."""
        return self.read - sum(self.rejected.values())


@dataclass(frozen=True)
class IngestReport:
    """What became of all sources' rows, and the version of the lake that they made."""

    sources: tuple[SourceReport, ...]
    version: str

    @property
    def rejected(self) -> int:
        """The number of rows rejected."""
        return sum(source.read - source.accepted for source in self.sources)


def silent(what: str, done: int, total: int) -> None:
    """Show no progress."""


def ingest(settings: Settings, *, log: pl.DataFrame | None = None, progress: Progress = silent) -> IngestReport:
    """Read every source, and the events that came over HTTP, into the lake; reading twice changes nothing."""
    lake, total, reports = Lake(settings.lake), len(settings.sources) + 1, list[SourceReport]()
    with lake.writing() as folder, _engine(settings.home) as connection:
        for done, (name, source) in enumerate(settings.sources.items()):
            progress(name, done, total)
            reports.append(_take(connection, name, source, settings))
        progress("lake", total - 1, total)
        if log is not None:
            reports.append(_take_log(connection, log))
        _write(connection, folder)
    progress("lake", total, total)
    return IngestReport(tuple(reports), lake.version)


@contextmanager
def _engine(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB that spills into a scratch folder instead of growing."""
    with tempfile.TemporaryDirectory(prefix=".ingest-", dir=home) as scratch, duckdb.connect() as connection:
        connection.execute(f"SET temp_directory = {sql.literal(scratch)}; SET memory_limit = '2GB'")
        connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        create(connection)
        yield connection


def _take(connection: duckdb.DuckDBPyConnection, name: str, source: Source, settings: Settings) -> SourceReport:
    rows = read(connection, name, source)
    columns = judge(connection, name, source, rows, Money(settings.currency, settings.minor_units))
    reject_duplicates(connection, source.table, columns)
    rejected = counted(connection)
    rejects = set_aside(connection, name, rows, rejected, settings.rejects)
    accept(connection, name, source, columns, settings.currency)
    connection.execute("DROP TABLE rows; DROP TABLE staged")
    return SourceReport(name, source.table, rows.read, rejected, rejects)


def _take_log(connection: duckdb.DuckDBPyConnection, log: pl.DataFrame) -> SourceReport:
    known = log.height - accept_log(connection, log)
    return SourceReport("http", "events", log.height, {"duplicate_event_id": known} if known else {})


def _write(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    for table in TABLES:
        query = _events(connection) if table == "events" else f"SELECT * FROM {table} ORDER BY {key(table)}"
        file = sql.literal(str(folder / f"{table}-0.parquet"))
        connection.execute(f"COPY ({query}) TO {file} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})")


def _events(connection: duckdb.DuckDBPyConnection) -> str:
    """The events in order, with what other rows tell about them; columns that hold nothing are left out."""
    counts = ", ".join(f"count({column})" for column in COLUMNS["events"])
    held = connection.execute(f"SELECT {counts} FROM events").fetchone() or ()
    kept = {column for column, count in zip(COLUMNS["events"], held, strict=True) if count}
    filled = {
        "category": "coalesce(events.category, items.category)",
        # Lines of one order are numbered; an order row that names no order is an order of its own.
        "order_line": """CASE WHEN kind <> 'order' THEN NULL WHEN order_id IS NULL THEN 1 ELSE row_number() OVER (
            PARTITION BY id_type, id, kind, order_id ORDER BY time, event_id
        ) END""",
    }
    told = [
        f"{filled.get(column, 'events.' + column)} AS {column}"
        for column in COLUMNS["events"]
        if column in kept | set(filled)
    ]
    return f"SELECT {', '.join(told)} FROM events LEFT JOIN items USING (item_id) ORDER BY customer_id, time, event_id"
