"""The table ``scores``: what each version of a model said of each customer at a moment, kept by every batch.

A file holds what one version said at one moment, so that scoring again puts the same in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from features.errors import StamkundError
from features.files import atomic_file
from features.privacy.gatekeeper import EVERYBODY, Pass

SCHEMA: Final = pl.Schema({
    "customer_id": pl.String, "model": pl.String, "version": pl.Int64, "as_of": pl.Int64, "value": pl.Float64,
    "campaign_id": pl.String,
})  # fmt: skip
Write = Callable[[str, pl.DataFrame], None]


def read_scores(folder: Path, *, allowed: Pass = EVERYBODY) -> pl.LazyFrame:
    """``customer_id, model, version, as_of, value, campaign_id`` of every batch so far, lazily.

    ``value`` is a probability, or an amount in the currency's units; ``campaign_id`` the campaign that it is of, null
    for models of customers. Customers are called as they were at ``as_of`` (µs). Only of the ``allowed`` is anything
    told; it is for whoever reads to ask a gatekeeper. Raises :class:`StamkundError` ``scores_corrupt``.

    >>> read_scores(Path("nowhere")).collect().is_empty()
    True
    """
    files = _files(folder)
    return allowed.over(pl.scan_parquet(files, schema=SCHEMA) if files else pl.LazyFrame(schema=SCHEMA))


@contextmanager
def writing(folder: Path, versions: Mapping[str, int], *, as_of: int) -> Iterator[Write]:
    """Takes rows of some customers, ``customer_id, value, campaign_id``, by model; on leaving, all of them are there.

    On an error what was there stays.
    """
    with ExitStack() as stack:
        writers = {}
        for model, version in versions.items():
            draft = stack.enter_context(atomic_file(folder / f"{model}-{version}-{as_of}.parquet"))
            schema = pl.DataFrame(schema=SCHEMA).to_arrow().schema
            writers[model] = stack.enter_context(pq.ParquetWriter(draft, schema, compression="zstd"))

        def write(model: str, rows: pl.DataFrame) -> None:
            told = rows.with_columns(model=pl.lit(model), version=pl.lit(versions[model]), as_of=pl.lit(as_of))
            writers[model].write_table(told.select(SCHEMA.names()).cast(SCHEMA).to_arrow())

        yield write


def change_scores(folder: Path, change: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    """Write each file anew in which a change changes anything."""
    for file in _files(folder):
        before = pl.read_parquet(file)
        after = change(before)
        if not after.equals(before):
            with atomic_file(file) as draft:
                after.write_parquet(draft, compression="zstd")


def _files(folder: Path) -> list[Path]:
    """The files of all batches; one that is cut off or of another kind is an error: nothing may be passed over."""
    files = sorted(folder.glob("*.parquet"))
    for file in files:
        try:
            whole = pq.read_schema(file).names == SCHEMA.names()
        except (pa.ArrowInvalid, OSError):
            whole = False
        if not whole:
            text = f"{file} is no whole file of scores. Restore it, or delete it and score that moment again."
            raise StamkundError("scores_corrupt", text)
    return files
