"""The Parquet file of all customers' profiles at one moment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from features.evaluate.offline.checkpoint import Checkpoint
from features.files import atomic_file, sync
from features.lake import Lake
from features.privacy.gatekeeper import EVERYBODY, Pass
from features.profiles.everybody import everybody
from features.profiles.fitted.attributes import tables_alone
from features.profiles.fitted.feature_set import FeatureSet
from features.progress import Progress, silent
from features.reading.moment import Moment, moment


def write_profiles(
    lake: Lake,
    feature_set: FeatureSet,
    path: Path,
    *,
    as_of: Moment,
    checkpoint: Checkpoint | None = None,
    progress: Progress = silent,
    allowed: Pass = EVERYBODY,
    homes: pl.DataFrame | None = None,
    beside: Callable[[], object] = lambda: None,
) -> int:
    """Write the profile of every customer who is ``allowed`` one as Parquet; returns the number of profiles.

    Behind those with events come those that only their attributes tell of; where nobody has any of the lake's events,
    there is nobody. The file is written part by part, and is there whole or not at all; without customers there is
    none. Events that the ``checkpoint`` aggregates are not read from the lake. The last columns are those of ``homes``
    (by ``customer_id``). Once it is on the disk, ``beside`` is done; if that fails, it does not take its place.
    """
    as_of = moment(as_of)
    types = {"customer_id": pa.large_string(), "as_of": pa.int64()} | dict.fromkeys(feature_set.names, pa.float64())
    if homes is not None:
        types |= {"household_id": pa.large_string(), "household_people": pa.int64()}
    rows, somebody = 0, tables_alone(lake)
    with atomic_file(path) as draft:
        with pq.ParquetWriter(draft, pa.schema(types), compression="zstd") as writer:
            for some in everybody(lake, feature_set, as_of=as_of, checkpoint=checkpoint):
                somebody = somebody or not (some.silent or some.profiles.is_empty())
                if not somebody:
                    continue
                profiles = allowed.over(some.profiles.lazy()).collect()
                if homes is not None:
                    profiles = profiles.join(homes, on="customer_id", how="left", maintain_order="left")
                writer.write_table(profiles.to_arrow().cast(writer.schema))
                rows += profiles.height
                progress("profiles", some.done, some.total)
        if somebody:
            sync(draft)
            beside()
        else:
            draft.unlink()
    return rows
