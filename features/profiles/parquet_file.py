"""The Parquet file of all customers' profiles at one moment."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from features.evaluate.offline.blocks import lake_columns, read_events
from features.evaluate.offline.checkpoint import Checkpoint
from features.evaluate.offline.knowledge import known_by, unaware
from features.evaluate.offline.labels import Events
from features.files import atomic_file
from features.identity.people import People
from features.lake import Lake
from features.privacy.gatekeeper import EVERYBODY, Pass
from features.profiles.feature_set import FeatureSet
from features.profiles.fitting.attributes import tables_alone
from features.profiles.parts import parts_without_events, profile_parts
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
) -> int:
    """Write the profile of every customer who is ``allowed`` one as Parquet; returns the number of profiles.

    Behind those with events come those that only their attributes tell of; where nobody has any of the lake's events,
    there is nobody. The file is written part by part, and is there whole or not at all; without customers there is
    none. Events that the ``checkpoint`` aggregates are not read from the lake. The last columns are those of ``homes``
    (by ``customer_id``).
    """
    as_of = moment(as_of)
    people = People.at(lake, [as_of])
    with people.sorted_events(lake_columns(feature_set.plan, lake)) as every:
        events = read_events(every, feature_set.plan)
        events = known_by(events, as_of) if unaware(events, [as_of]) else events
        return _write(
            events, people, feature_set, path, as_of=as_of, checkpoint=checkpoint, progress=progress, allowed=allowed,
            homes=homes,
        )  # fmt: skip


def _write(
    events: Events,
    people: People,
    feature_set: FeatureSet,
    path: Path,
    *,
    as_of: int,
    checkpoint: Checkpoint | None,
    progress: Progress,
    allowed: Pass,
    homes: pl.DataFrame | None,
) -> int:
    rows, done, seen = 0, 0, list[pl.Series]()
    attributes, snapshots = people.about("customers").collect(), people.about("snapshots").collect()

    def write(frame: pl.DataFrame) -> int:
        profiles = allowed.over(frame.lazy()).collect()
        if homes is not None:
            profiles = profiles.join(homes, on="customer_id", how="left", maintain_order="left")
        writer.write_table(profiles.to_arrow().cast(writer.schema))
        return profiles.height

    types = {"customer_id": pa.large_string(), "as_of": pa.int64()} | dict.fromkeys(feature_set.names, pa.float64())
    if homes is not None:
        types |= {"household_id": pa.large_string(), "household_people": pa.int64()}
    with atomic_file(path) as draft:
        with pq.ParquetWriter(draft, pa.schema(types), compression="zstd") as writer:
            parts = profile_parts(
                events, feature_set.plan, [as_of], attributes=attributes, snapshots=snapshots, checkpoint=checkpoint
            )
            for part, frame in parts:
                rows, done = rows + write(frame), done + len(part.customers)
                seen.append(frame["customer_id"])
                progress("profiles", done, part.total)
            somebody = any(map(len, seen)) or tables_alone(people.lake)
            others = (
                parts_without_events(feature_set.plan, attributes, snapshots, seen, as_of=as_of) if somebody else ()
            )
            rows += sum(map(write, others))
        if not somebody:
            draft.unlink()
    return rows
