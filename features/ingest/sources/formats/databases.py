"""Database files: the tables of SQLite and DuckDB files, and files of typed columns that become Parquet ones."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq
from pyarrow import orc

from features import sql
from features.ingest.sources.formats.scratch import write_columns


def sqlite_tables(path: Path) -> list[str]:
    """The tables and views of a SQLite file."""
    with closing(_sqlite(path)) as database:
        query = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY 1"
        return [str(name) for (name,) in database.execute(query).fetchall()]


def read_sqlite(path: Path, table: str, scratch: Path) -> Path:
    """A Parquet file of a table's rows as texts: SQLite types values, not columns."""
    with closing(_sqlite(path)) as database:
        cursor = database.execute(f"SELECT * FROM {sql.name(table)}")
        names = tuple(str(column[0]) for column in cursor.description)
        return write_columns(names, _texts(cursor), scratch)


def duckdb_tables(path: Path) -> list[str]:
    """The tables and views of a DuckDB file."""
    with duckdb.connect(str(path), read_only=True) as database:
        query = (
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' "
            "AND table_catalog = current_database() ORDER BY 1"
        )
        return [str(name) for (name,) in database.execute(query).fetchall()]


def read_duckdb(path: Path, table: str, scratch: Path) -> Path:
    """A Parquet file of a table's rows; what Parquet has no exact type for becomes text."""
    target = Path(tempfile.mkdtemp(dir=scratch)) / "rows.parquet"
    with duckdb.connect(str(path), read_only=True) as database:
        columns = sql.describe(database, sql.name(table))
        texts = [name for name, type_ in columns.items() if type_ in {"HUGEINT", "UHUGEINT", "INTERVAL", "BIT"}]
        replaced = ", ".join(f"CAST({sql.name(name)} AS VARCHAR) AS {sql.name(name)}" for name in texts)
        query = f"SELECT *{f' REPLACE ({replaced})' if texts else ''} FROM {sql.name(table)}"
        database.execute(f"COPY ({query}) TO {sql.literal(str(target))} (FORMAT parquet)")
    return target


def as_parquet(path: Path, scratch: Path) -> Path:
    """An Avro, ORC or Arrow file as a Parquet file."""
    target = Path(tempfile.mkdtemp(dir=scratch)) / f"{path.stem}.parquet"
    with path.open("rb") as file:
        magic = file.read(3)
    if magic == b"ORC":
        pq.write_table(orc.read_table(path), target)
    else:
        frame = pl.read_avro(path) if magic == b"Obj" else pl.read_ipc(path)
        frame.write_parquet(target)
    return target


def _sqlite(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def _texts(cursor: sqlite3.Cursor) -> Iterator[Sequence[str | None]]:
    while rows := cursor.fetchmany(10_000):
        yield from ([_text(value) for value in row] for row in rows)


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return value.decode("utf-8") if isinstance(value, bytes) else repr(value)
