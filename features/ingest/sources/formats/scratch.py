"""Scratch files: rows of a format that DuckDB cannot read itself, written as Parquet files of texts that it can."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

Row = Mapping[str, str | None]
T = TypeVar("T")
_BATCH = 50_000  # rows


def write_texts(rows: Iterable[Row], scratch: Path) -> list[Path]:
    """Write rows as Parquet files into a new folder of ``scratch``; each has the columns that its own rows have.

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     (path,) = write_texts([{"id": "1"}, {"id": "2", "paid": "3.50"}], Path(folder))
    ...     pq.read_table(path).to_pylist()
    [{'id': '1', 'paid': None}, {'id': '2', 'paid': '3.50'}]
    """
    folder = Path(tempfile.mkdtemp(dir=scratch))
    return [_write(batch, folder / f"{nth:06}.parquet") for nth, batch in enumerate(batches(rows, _BATCH))]


def write_columns(names: Sequence[str], rows: Iterable[Sequence[str | None]], scratch: Path) -> Path:
    """Write rows of the same columns as one Parquet file into ``scratch``."""
    path = Path(tempfile.mkdtemp(dir=scratch)) / "rows.parquet"
    schema = pa.schema([(name, pa.string()) for name in names])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in batches(rows, _BATCH):
            columns = [pa.array(column, pa.string()) for column in zip(*batch, strict=True)]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
    return path


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in lists of at most ``size``.

    >>> list(batches("abcde", 2))
    [['a', 'b'], ['c', 'd'], ['e']]
    """
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def _write(batch: Sequence[Row], path: Path) -> Path:
    names = list(dict.fromkeys(name for row in batch for name in row))
    columns = [pa.array([row.get(name) for row in batch], pa.string()) for name in names]
    pq.write_table(pa.Table.from_arrays(columns, names=names), path, compression="zstd")
    return path
