"""The history of segments: when each customer came into one and went, and how big each was, a row a refresh."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as pa

from features.arrays import Mask
from features.files import atomic_file

STAYS: Final = pl.Schema({
    "segment": pl.String, "customer_id": pl.String, "entered": pl.Int64, "entered_by": pl.String, "left": pl.Int64,
    "left_by": pl.String,
})  # fmt: skip
SIZES: Final = pl.Schema({
    "segment": pl.String, "as_of": pl.Int64, "build": pl.String, "definition": pl.String, "customers": pl.Int64,
    "members": pl.Int64, "entered": pl.Int64, "left": pl.Int64,
})  # fmt: skip


def before(stays: pl.DataFrame, as_of: int) -> pl.DataFrame:
    """The stays as they were known before a moment: a refresh of the same moment, or an earlier one, begins there."""
    gone = pl.col("left") >= as_of
    reopened = [pl.when(~gone).then(name).alias(name) for name in ("left", "left_by")]
    return stays.filter(pl.col("entered") < as_of).with_columns(reopened)


def moved(
    stays: pl.DataFrame, segment: str, ids: pl.Series, members: Mask, *, as_of: int, because: str
) -> tuple[pl.DataFrame, int, int]:
    """The stays once these are the members of a segment; how many entered, and how many left.

    ``because`` tells what moves them: ``customer``, what they did or what time did; ``rule``, a change of the rule;
    ``first``, that the segment is new. Who is no longer among ``ids`` at all has left as ``gone``.

    >>> import numpy as np
    >>> nobody, ids = pl.DataFrame(schema=STAYS), pl.Series(["a", "b"])
    >>> first, *_ = moved(nobody, "big", ids, np.array([True, False]), as_of=1, because="first")
    >>> then, entered, left = moved(first, "big", ids, np.array([False, True]), as_of=2, because="customer")
    >>> entered, left, then.rows()
    (1, 1, [('big', 'a', 1, 'first', 2, 'customer'), ('big', 'b', 2, 'customer', None, None)])
    """
    now = pl.DataFrame({"customer_id": ids.filter(pl.Series(members))})
    is_open = (pl.col("segment") == segment) & pl.col("left").is_null()
    there = stays.filter(is_open).select("customer_id")
    leaves = is_open & ~pl.col("customer_id").is_in(now["customer_id"].implode())
    why = pl.when(pl.col("customer_id").is_in(ids.implode())).then(pl.lit(because)).otherwise(pl.lit("gone"))
    closed = stays.with_columns(
        left=pl.when(leaves).then(pl.lit(as_of)).otherwise("left"),
        left_by=pl.when(leaves).then(why).otherwise("left_by"),
    )
    new = now.join(there, on="customer_id", how="anti", maintain_order="left").select(
        segment=pl.lit(segment), customer_id="customer_id", entered=pl.lit(as_of), entered_by=pl.lit(because),
        left=pl.lit(None, pl.Int64), left_by=pl.lit(None, pl.String),
    ).cast(STAYS)  # fmt: skip
    left = there.height - (now.height - new.height)
    return pl.concat([closed.cast(STAYS), new]), new.height, left


def refreshed(
    folder: Path, definitions: Mapping[str, str], members: Callable[[str], Mask], ids: pa.Array, *,
    as_of: int, build: str,
) -> tuple[pl.DataFrame, pl.DataFrame]:  # fmt: skip
    """Stays and sizes once the members of each segment at a moment are told; another definition is another rule."""
    stays = before(read(folder / "stays.parquet", STAYS), as_of)
    sizes = read(folder / "sizes.parquet", SIZES).filter(pl.col("as_of") < as_of)
    series, rows = pl.Series(pl.from_arrow(ids)), []
    for name, own in definitions.items():
        told = sizes.filter(pl.col("segment") == name)
        because = "first" if told.is_empty() else "customer" if told["definition"][-1] == own else "rule"
        stays, entered, left = moved(stays, name, series, members(name), as_of=as_of, because=because)
        rows.append((name, as_of, build, own, len(ids), int(members(name).sum()), entered, left))
    return stays, pl.concat([sizes, pl.DataFrame(rows, SIZES, orient="row")])


def keep(folder: Path, stays: pl.DataFrame, sizes: pl.DataFrame) -> None:
    """Write both."""
    for name, frame, by in (
        ("stays", stays, ["segment", "entered", "customer_id"]),
        ("sizes", sizes, ["segment", "as_of"]),
    ):
        with atomic_file(folder / f"{name}.parquet") as draft:
            frame.sort(by).write_parquet(draft, compression="zstd", statistics=True)


def forget(folder: Path, customers: Collection[str]) -> None:
    """Take customers out of the stays."""
    stays = read(folder / "stays.parquet", STAYS)
    kept = stays.filter(~pl.col("customer_id").is_in(list(customers)))
    if kept.height < stays.height:
        keep(folder, kept, read(folder / "sizes.parquet", SIZES))


def read(file: Path, schema: pl.Schema) -> pl.DataFrame:
    """A table of this history; empty before the first refresh."""
    return pl.read_parquet(file) if file.is_file() else pl.DataFrame(schema=schema)
