"""Where rows come from: files, folders, packages, databases; read into one DuckDB table each, in reading order."""

# ruff: noqa: S608  (names are quoted; the expressions are those of whoever wrote the settings)
from __future__ import annotations

import csv
import gzip
import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from glob import glob
from pathlib import Path

import duckdb

from features import sql
from features.config.locations import expand, is_url
from features.config.settings import Source
from features.errors import StamkundError
from features.ingest.sources import databases
from features.ingest.sources.csv import FLAW, ROW, append, dialect
from features.ingest.sources.watermark import Anew, Counts, Origin
from features.moments import minute

_TEXTS = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
_NUMBERED = f"row_number() OVER () AS {ROW}, CAST(NULL AS VARCHAR) AS {FLAW}"


@dataclass(frozen=True)
class Portion:
    """What is to be read of a source in one build: all of it, or what is new since ``earlier``.

    ``tables`` holds the files by the names a query gives them; a database has none, and is asked for what came
    ``since`` (µs). ``behind`` says that the files come after all that were read earlier, in reading order.
    """

    name: str
    source: Source
    tables: Mapping[str, Sequence[Path]]
    now: Origin
    earlier: Origin | None = None
    since: int = 0
    behind: bool = True

    @property
    def field(self) -> str:
        """The key of the settings that it stands under."""
        return f"sources.{self.name}"

    @property
    def how(self) -> str:
        """What is read, in words.

        >>> source = Source.model_validate({"from": "o.csv", "kind": "order", "columns": {"id": "a", "time": "b"}})
        >>> Portion("orders", source, {"orders": []}, Origin("events", "")).how
        'read whole'
        """
        if self.earlier is None:
            return "read whole"
        if not self.tables:
            return f"since {minute(self.since)}"
        count = sum(map(len, self.tables.values()))
        return f"{count:,} new file{'' if count == 1 else 's'}"


@dataclass(frozen=True)
class Rows:
    """What the table ``rows`` holds: its columns beside ``ROW`` and ``FLAW``, and the number of rows.

    In a textual source (CSV, database) every value is text still, so that the door can judge each of them;
    ``written`` counts how those are written that expressions compute with.
    """

    columns: Mapping[str, str]
    textual: bool
    read: int
    written: Mapping[str, Counts] = field(default_factory=dict)


def read(connection: duckdb.DuckDBPyConnection, portion: Portion) -> Rows:
    """Read a portion of a source into the table ``rows``; :class:`Anew` when its columns are not the earlier ones."""
    rows = _read(connection, portion, portion.earlier.columns if portion.earlier else {})
    if portion.earlier and rows.columns != portion.earlier.columns:
        raise Anew(f"the columns of {portion.name} changed")
    return rows


def _read(connection: duckdb.DuckDBPyConnection, portion: Portion, known: Mapping[str, str]) -> Rows:
    if not portion.tables:
        databases.select(connection, portion.source, portion.field, since=portion.since)
        return _rows(connection, textual=True)
    if portion.source.query is not None:
        return _query(connection, portion.tables, portion.source.query, portion.field)
    return _files(connection, portion.tables[portion.name], portion.field, known)


def is_database(source: Source, field: str) -> bool:
    """Whether a source is read from a database."""
    return isinstance(source.origin, str) and is_url(expand(source.origin, field=f"{field}.from"))


def files(origin: str, *, field: str) -> list[Path]:
    """The files that a location means: one, those of a folder, those of a glob, or those within a Python package."""
    place = _packaged(origin, field) if origin.startswith("package:") else Path(expand(origin, field=field))
    if place.is_dir():
        found = sorted(path for path in place.rglob("*") if _kind(path))
    elif any(mark in place.name for mark in "*?["):
        found = [Path(path) for path in sorted(glob(str(place), recursive=True))]  # noqa: PTH207  (an absolute pattern)
    else:
        found = [place] if place.is_file() else []
    if not found:
        raise _no_file(origin, place, field)
    kinds = {_kind(path) for path in found}
    if kinds not in ({"csv"}, {"parquet"}):
        held = ", ".join(sorted({path.suffix or path.name for path in found}))
        msg = f"{origin} holds {held} files: give CSV or Parquet, and only one of them."
        raise StamkundError("unknown_format", msg, field=field)
    for path in found:
        if path.stat().st_size == 0:
            msg = f"{path} is empty: not even a line with the names of its columns is in it."
            raise StamkundError("unreadable_file", msg, field=field)
    return found


def scan(paths: Sequence[Path]) -> str:
    """The SQL that reads files of one kind."""
    listed = "[" + ", ".join(sql.literal(str(path)) for path in paths) + "]"
    if _kind(paths[0]) == "parquet":
        return f"read_parquet({listed}, union_by_name = true)"
    return f"read_csv({listed}, {dialect(paths[0]).sql}, sample_size = -1, union_by_name = true)"


def _files(connection: duckdb.DuckDBPyConnection, paths: Sequence[Path], field: str, known: Mapping[str, str]) -> Rows:
    """The rows of files, with the columns ``known`` of earlier ones, as if all had been read together."""
    try:
        if _kind(paths[0]) == "parquet":
            nulls = ", ".join(f"CAST(NULL AS {type_}) AS {sql.name(column)}" for column, type_ in known.items())
            earlier = f"SELECT {nulls} WHERE false UNION ALL BY NAME " if known else ""
            _stage(connection, f"{earlier}SELECT * FROM {scan(paths)}")
            return _rows(connection, textual=False)
        columns = ", ".join([f"{ROW} BIGINT, {FLAW} VARCHAR", *(f"{sql.name(column)} VARCHAR" for column in known)])
        connection.execute(f"CREATE OR REPLACE TABLE rows ({columns})")
        for path in paths:
            append(connection, path)
    except (duckdb.Error, UnicodeDecodeError, csv.Error, gzip.BadGzipFile) as error:
        names = ", ".join(path.name for path in paths[:5])
        msg = f"{names} in {paths[0].parent} cannot be read: {sql.first_line(error)}"
        raise StamkundError("unreadable_file", msg, field=f"{field}.from") from None
    return _rows(connection, textual=True)


def _query(
    connection: duckdb.DuckDBPyConnection, origins: Mapping[str, Sequence[Path]], query: str, field: str
) -> Rows:
    try:
        for name, paths in origins.items():
            connection.execute(f"CREATE OR REPLACE TEMP VIEW {sql.name(name)} AS SELECT * FROM {scan(paths)}")
        _stage(connection, query.rstrip().rstrip(";"))
    except duckdb.Error as error:
        msg = f"The query does not run: {sql.first_line(error)}"
        raise StamkundError("bad_query", msg, field=f"{field}.query") from None
    finally:
        for name in origins:
            connection.execute(f"DROP VIEW IF EXISTS {sql.name(name)}")
    return _rows(connection, textual=False)


def _stage(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    connection.execute(f"CREATE OR REPLACE TABLE rows AS SELECT {_NUMBERED}, * FROM ({query}\n)")


def _rows(connection: duckdb.DuckDBPyConnection, *, textual: bool) -> Rows:
    described = connection.execute("DESCRIBE rows").fetchall()
    columns = {str(row[0]): str(row[1]) for row in described if row[0] not in {ROW, FLAW}}
    count = connection.execute("SELECT count(*) FROM rows").fetchone()
    return Rows(columns, textual, int(count[0]) if count else 0)


def _packaged(origin: str, field: str) -> Path:
    package, _, inside = origin.removeprefix("package:").partition("/")
    spec = importlib.util.find_spec(package) if package.isidentifier() else None
    folders = list(spec.submodule_search_locations or []) if spec else []
    if not folders:
        hint = f"Install it (`pip install {package.replace('_', '-')}`)."
        msg = f"The Python package '{package}' is not installed, and {origin} is read from it. {hint}"
        raise StamkundError("missing_package", msg, field=field)
    return Path(folders[0]) / inside


def _no_file(origin: str, place: Path, field: str) -> StamkundError:
    if any(mark in str(place) for mark in "*?[") or place.is_dir():
        msg = f"No CSV or Parquet file is found at {origin}."
        return StamkundError("missing_file", msg, field=field)
    beside = sorted(path.name for path in place.parent.glob("*") if _kind(path)) if place.parent.is_dir() else []
    return StamkundError.unknown("missing_file", f"file in {place.parent}:", place.name, beside, field=field)


def _kind(path: Path) -> str | None:
    name = path.name.lower()
    if name.endswith(".parquet"):
        return "parquet"
    return "csv" if name.endswith(_TEXTS) else None
