"""Where rows come from: files, folders, packages, databases; read into one DuckDB table each, in reading order."""

# ruff: noqa: S608  (names are quoted; the expressions are those of whoever wrote the settings)
from __future__ import annotations

import csv
import gzip
import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from glob import glob
from itertools import chain
from pathlib import Path

import duckdb
import pyarrow as pa
import sqlalchemy as sa

from features import sql
from features.errors import StamkundError
from features.places import expand, is_url
from features.settings import Source, names_of
from features.texts import FLAW, ROW, append, dialect

_TEXTS = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
_BATCH = 10_000
_NUMBERED = f"row_number() OVER () AS {ROW}, CAST(NULL AS VARCHAR) AS {FLAW}"


@dataclass(frozen=True)
class Rows:
    """What the table ``rows`` holds: its columns beside ``ROW`` and ``FLAW``, and the number of rows.

    In a textual source (CSV, database) every value is text still, so that the door can judge each of them.
    """

    columns: Mapping[str, str]
    textual: bool
    read: int


def read(connection: duckdb.DuckDBPyConnection, name: str, source: Source) -> Rows:
    """Read a source into the table ``rows``."""
    field = f"sources.{name}"
    if isinstance(source.origin, str) and is_url(expand(source.origin, field=f"{field}.from")):
        return _database(connection, source, field)
    origins = {key: files(origin, field=f"{field}.from") for key, origin in names_of(name, source.origin).items()}
    if source.query is not None:
        return _query(connection, origins, source.query, field)
    return _files(connection, origins[name], field)


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


def _files(connection: duckdb.DuckDBPyConnection, paths: Sequence[Path], field: str) -> Rows:
    try:
        if _kind(paths[0]) == "parquet":
            _stage(connection, f"SELECT * FROM {scan(paths)}")
            return _rows(connection, textual=False)
        connection.execute(f"CREATE OR REPLACE TABLE rows ({ROW} BIGINT, {FLAW} VARCHAR)")
        for path in paths:
            append(connection, path)
    except (duckdb.Error, UnicodeDecodeError, csv.Error, gzip.BadGzipFile) as error:
        names = ", ".join(path.name for path in paths[:5])
        msg = f"{names} in {paths[0].parent} cannot be read: {_first_line(error)}"
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
        msg = f"The query does not run: {_first_line(error)}"
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


def _database(connection: duckdb.DuckDBPyConnection, source: Source, field: str) -> Rows:
    url = expand(str(source.origin), field=f"{field}.from")
    try:
        engine = sa.create_engine(url)
        shown = engine.url.render_as_string(hide_password=True)
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ModuleNotFoundError) as error:
        msg = f"This is no database URL that can be used here: {_first_line(error)}"
        raise StamkundError("bad_database_url", msg, field=f"{field}.from") from None
    try:
        with engine.connect().execution_options(stream_results=True) as opened:
            result = opened.execute(sa.text(source.query or ""))
            names = list(result.keys())
            _fill(connection, names, (list(batch) for batch in result.partitions(_BATCH)))
    except sa.exc.SQLAlchemyError as error:
        msg = f"The query on {shown} does not run: {_first_line(error)}"
        raise StamkundError("bad_query", msg, field=f"{field}.query") from None
    finally:
        engine.dispose()
    return _rows(connection, textual=True)


def _fill(
    connection: duckdb.DuckDBPyConnection, names: Sequence[str], batches: Iterator[list[sa.Row[tuple[object, ...]]]]
) -> None:
    columns = ", ".join(f"{sql.name(name)} VARCHAR" for name in names)
    connection.execute(f"CREATE OR REPLACE TABLE rows ({ROW} BIGINT, {FLAW} VARCHAR, {columns})")
    done = 0
    for batch in batches:
        numbers = pa.array(range(done + 1, done + len(batch) + 1), pa.int64())
        texts = [pa.array([_text(row[place]) for row in batch], pa.string()) for place in range(len(names))]
        table = pa.Table.from_arrays([numbers, *texts], names=[ROW, *names])
        connection.register("batch", table)
        connection.execute("INSERT INTO rows BY NAME SELECT * FROM batch")
        connection.unregister("batch")
        done += len(batch)


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return str(value)


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


def _first_line(error: Exception) -> str:
    return next(chain((line for line in str(error).splitlines() if line.strip()), [type(error).__name__]))
