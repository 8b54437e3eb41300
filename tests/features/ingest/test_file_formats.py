"""The same three visits in every format that can be read."""

from __future__ import annotations

import bz2
import gzip
import lzma
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import orc

from features.ingest.sources.formats.form import Form
from features.ingest.sources.tables import SourceTable, open_tables
from tests.features.ingest.workbook import write_workbook

ROWS = [("7", "2024-01-01", "12.50"), ("8", "2024-01-02", "3.00"), ("99999999999999999991", "2024-01-03", "0.10")]
FRAME = pl.DataFrame(ROWS, schema=["id", "day", "paid"], orient="row")
OBJECTS = [dict(zip(FRAME.columns, row, strict=True)) for row in ROWS]
CSV = FRAME.write_csv().encode()
# Numbers as numbers: no digit of them may be lost.
JSON = ",\n".join(f'{{"id": {who}, "day": "{day}", "paid": {paid}}}' for who, day, paid in ROWS)


def as_zip(members: dict[str, bytes]) -> Callable[[Path], object]:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in members.items():
                archive.writestr(name, data)

    return write


def as_sqlite(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE visits (id TEXT, day TEXT, paid TEXT)")
        database.executemany("INSERT INTO visits VALUES (?, ?, ?)", ROWS)


def as_duckdb(path: Path) -> None:
    with duckdb.connect(str(path)) as database:
        database.register("frame", FRAME.to_arrow())
        database.execute("CREATE TABLE visits AS SELECT * FROM frame")


WRITERS: dict[str, Callable[[Path], object]] = {
    "v.csv": lambda path: path.write_bytes(CSV),
    "v.xls": lambda path: path.write_bytes(CSV.replace(b",", b"\t")),
    "v.csv.gz": lambda path: path.write_bytes(gzip.compress(CSV)),
    "v.csv.bz2": lambda path: path.write_bytes(bz2.compress(CSV)),
    "v.csv.xz": lambda path: path.write_bytes(lzma.compress(CSV)),
    "v.csv.zst": lambda path: path.write_bytes(pa.compress(CSV, "zstd", asbytes=True)),
    "v.zip": as_zip({"v.csv": CSV, "__MACOSX/._v.csv": b"\0"}),
    "v.json": lambda path: path.write_text(f"[{JSON}]"),
    "page.json": lambda path: path.write_text(f'{{"page": {{"visits": [{JSON}]}}}}'),
    "lines.json": lambda path: path.write_text(JSON.replace(",\n", "\n")),
    "v.jsonl": lambda path: path.write_text(JSON.replace(",\n", "\n\n")),
    "v.ndjson.gz": lambda path: path.write_bytes(gzip.compress(JSON.replace(",\n", "\n").encode())),
    "utf16.json": lambda path: path.write_text(f"[{JSON}]", encoding="utf-16"),
    "v.xlsx": lambda path: write_workbook(path, {"visits": [FRAME.columns, *ROWS], "Notes": []}),
    "v.parquet": FRAME.write_parquet,
    "v.avro": FRAME.write_avro,
    "v.feather": FRAME.write_ipc,
    "v.orc": lambda path: orc.write_table(
        FRAME.to_arrow().cast(pa.schema([(n, pa.string()) for n in FRAME.columns])), path
    ),
    "v.db": as_sqlite,
    "v.duckdb": as_duckdb,
    "noname": lambda path: path.write_bytes(CSV),
}


def opened(path: Path, form: Form = Form()) -> list[SourceTable]:  # noqa: B008
    scratch = path.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    return open_tables(path, form, scratch=scratch)


def rows_of(table: SourceTable) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(f"SELECT * FROM {table.relation}").fetchall()  # noqa: S608


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_rows(tmp_path: Path, name: str) -> None:
    WRITERS[name](tmp_path / name)
    (table,) = opened(tmp_path / name)
    data = [tuple(str(row[list(table.columns).index(column)]) for column in FRAME.columns) for row in rows_of(table)]
    assert data == ROWS
