"""Where a batch is written: a Parquet file or a database table, all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import sqlalchemy as sa

from features.config.locations import expand, is_url
from features.errors import StamkundError
from features.files import atomic_file
from serving.scoring.batches.tables import Marks, of_scores, write_table


@dataclass(frozen=True)
class Destination:
    """A file, or a table at a database's URL; as a text it has no password.

    A table that is appended to keeps the rows of all other batches than that of these ``marks``.

    >>> str(Destination("postgresql://crm:secret@db/crm", "scores"))
    'postgresql://crm:***@db/crm, table scores'
    """

    out: str
    table: str
    append: bool = False
    marks: Marks = of_scores

    @classmethod
    def of(cls, out: Path | str, table: str, *, append: bool, marks: Marks = of_scores) -> Destination:
        """What is meant by a path, a URL, or ``${NAME}``: the environment variable that holds a URL."""
        text = expand(str(out), field="out")
        if text != str(out) and not is_url(text):
            message = f"{out} holds no URL of a database, such as postgresql://user:password@host/name."
            raise StamkundError("not_a_url", message, field="out")
        if append and not is_url(text):
            message = f"Only a table can be appended to; the file {text} is replaced. Leave --append out."
            raise StamkundError("append_to_file", message, field="append")
        return cls(text, table, append, marks)

    def write(self, frames: Iterator[pl.DataFrame]) -> int:
        """Write frames of one schema, at least one; the number of rows."""
        if is_url(self.out):
            return write_table(frames, self.out, self.table, append=self.append, marks=self.marks)
        return write_parquet(frames, Path(self.out))

    def __str__(self) -> str:
        if not is_url(self.out):
            return str(Path(self.out).resolve())
        return f"{sa.make_url(self.out).render_as_string(hide_password=True)}, table {self.table}"


def write_parquet(frames: Iterator[pl.DataFrame], out: Path) -> int:
    """Write frames of one schema, at least one, to a file; returns the number of rows."""
    count = 0
    with atomic_file(out) as draft:
        first = next(frames)
        with pq.ParquetWriter(draft, first.to_arrow().schema, compression="zstd") as writer:
            for frame in chain([first], frames):
                writer.write_table(frame.to_arrow())
                count += frame.height
    return count
