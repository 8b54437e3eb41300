"""Tables into files: text with its marks and encodings, JSON, Parquet, SQLite, Excel; packed, or a file a month."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sqlite3
import zipfile
from pathlib import Path
from typing import Any, Literal

import polars as pl

from benchmarks.onboarding.export import Dialect, Export
from benchmarks.onboarding.writing.documents import document, wrapped
from benchmarks.onboarding.writing.table import Table, months, table, written
from benchmarks.onboarding.writing.texts import Moment, Money
from benchmarks.onboarding.writing.workbook import workbook


def write(export: Export, folder: Path) -> list[Path]:
    """Write an export's files into a folder; what one would show to `stamkund init`."""
    folder.mkdir(parents=True)
    world, dialect = export.world, export.dialect
    if dialect.extension == ".sqlite":
        return [_sqlite(folder / "shop.sqlite", {n: table(world, f) for n, f in export.files.items()}, dialect)]
    paths = []
    for name, node in export.files.items():
        path = folder / name
        if dialect.extension:
            path = path.with_suffix(dialect.extension)
        rows = table(world, node)
        if dialect.monthly and node.get("rows") not in {"customers", "products"}:
            for month, part in months(rows, dialect.overlap):
                _write(path.with_suffix("") / f"{path.stem}-{month}{path.suffix}", part, node, dialect)
            path = path.with_suffix("")
        else:
            path = _write(path, rows, node, dialect)
        paths.append(path)
    return paths


def _write(path: Path, rows: Table, node: dict[str, Any], dialect: Dialect) -> Path:
    path.parent.mkdir(exist_ok=True)
    match path.suffix:
        case ".json":
            content = json.dumps(
                wrapped([document(row, dialect) for row in rows], node.get("wrap")), ensure_ascii=False
            ).encode()
        case ".jsonl" | ".ndjson":
            content = "".join(json.dumps(document(r, dialect), ensure_ascii=False) + "\n" for r in rows).encode()
        case ".parquet":
            content = _parquet(rows)
        case ".xlsx":
            content = workbook(path.stem, [*_above(dialect), *_cells(rows, dialect)])
        case _:
            content = text(rows, dialect)
    return _packed(path, content, dialect)


def text(rows: Table, dialect: Dialect) -> bytes:
    r"""A table as a text file.

    >>> text([{"a": "x;y", "b": Money(150)}], Dialect(delimiter=";", numbers="1.234,56", newline="\\r\\n"))
    b'a;b\\r\\n"x;y";1,50\\r\\n'
    """
    out = io.StringIO()
    quoting: Literal[0, 1] = csv.QUOTE_ALL if dialect.quote == "all" else csv.QUOTE_MINIMAL
    writer = csv.writer(out, delimiter=dialect.delimiter, lineterminator=dialect.newline, quoting=quoting)
    if dialect.sep:
        out.write(f"sep={dialect.delimiter}{dialect.newline}")
    out.write("".join(line + dialect.newline for line in dialect.preamble))
    if dialect.header:
        writer.writerow(rows[0])
    if dialect.labels:
        writer.writerows([[f"{name} (text)" for name in rows[0]], [f'{{"ImportId":"{name}"}}' for name in rows[0]]])
    writer.writerows([written(value, dialect) for value in row.values()] for row in rows)
    if dialect.footer:
        writer.writerow([written(value, dialect) for value in _totals(rows)])
    return out.getvalue().encode(dialect.encoding, errors="replace")


def _totals(rows: Table) -> list[object]:
    """The word Total, and under each amount the sum of its column."""
    sums = [_sum([row[name] for row in rows]) for name in rows[0]]
    return ["Total", *sums[1:]]


def _sum(values: list[object]) -> object:
    amounts = [value for value in values if isinstance(value, Money)]
    return Money(sum(amounts)) if amounts else ""


def _above(dialect: Dialect) -> list[list[object]]:
    return [[line.strip('"')] for line in dialect.preamble]


def _cells(rows: Table, dialect: Dialect) -> list[list[object]]:
    body = [[float(value) / 100 if isinstance(value, Money) else value for value in row.values()] for row in rows]
    total = [[float(v) / 100 if isinstance(v, Money) else v for v in _totals(rows)]] if dialect.footer else []
    names: list[object] = list(rows[0])
    return [*([names] if dialect.header else []), *body, *total]


def _parquet(rows: Table) -> bytes:
    out = io.BytesIO()
    columns = {name: [_typed(row[name]) for row in rows] for name in rows[0]}
    pl.DataFrame(columns, strict=False).write_parquet(out)
    return out.getvalue()


def _typed(value: object) -> object:
    if isinstance(value, Money):
        return int(value) / 100
    if isinstance(value, Moment):  # a plain datetime in UTC
        return pl.Series([format(value, "%Y-%m-%dT%H:%M:%SZ")]).str.to_datetime("%Y-%m-%dT%H:%M:%SZ")[0]
    return None if value == "" else value


def _sqlite(path: Path, tables: dict[str, Table], dialect: Dialect) -> Path:
    with sqlite3.connect(path) as connection:
        for name, rows in tables.items():
            columns = ", ".join(f'"{column}"' for column in rows[0])
            marks = ", ".join("?" for _ in rows[0])
            connection.execute(f'CREATE TABLE "{Path(name).stem}" ({columns})')
            values = [[_stored(value, dialect) for value in row.values()] for row in rows]
            connection.executemany(f'INSERT INTO "{Path(name).stem}" VALUES ({marks})', values)  # noqa: S608
    connection.close()
    return path


def _stored(value: object, dialect: Dialect) -> object:
    if isinstance(value, Money):
        return int(value) / 100
    return written(value, dialect) if isinstance(value, Moment) else (None if value == "" else value)


def _packed(path: Path, content: bytes, dialect: Dialect) -> Path:
    if dialect.pack == ".gz":
        path = path.with_name(path.name + ".gz")
        content = gzip.compress(content, mtime=0)
    if dialect.pack == ".zip":
        name, path = path.name, path.with_suffix(".zip")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)
        return path
    path.write_bytes(content)
    return path
