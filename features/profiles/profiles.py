"""Customer profiles: every feature of every customer, exactly as it was known at one or many moments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from numbers import Integral
from pathlib import Path
from typing import TypeVar, cast, overload

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features.arrays import Floats, Ints, Mask
from features.errors import StamkundError
from features.evaluate.finish import finish
from features.evaluate.offline.blocks import Block, blocks, read_events
from features.evaluate.offline.checkpoint import Checkpoint
from features.evaluate.offline.interchange import ColumnKind, as_kind_of, read_frame
from features.evaluate.plan import Plan
from features.files import atomic_file
from features.lake import Lake
from features.profiles.feature_set import FeatureSet
from features.progress import Progress, silent

Frame = TypeVar("Frame")


def profiles(lake: Lake, feature_set: FeatureSet, *, as_of: int | Sequence[int]) -> pl.DataFrame:
    """One row per customer and moment: ``customer_id``, ``as_of`` (µs), then a Float64 column per feature.

    A customer is there from the first event on. Missing values are NaN: what they mean is each feature's documentation.
    All moments are computed in one pass over the events.
    """
    when = [as_of] if isinstance(as_of, int) else sorted(set(as_of))
    return profile_frame(lake.scan("events"), feature_set, as_of=when, attributes=lake.scan("customers").collect())


@overload
def profile_frame(
    events: pl.LazyFrame, feature_set: FeatureSet, *, as_of: int | Sequence[int], attributes: object = None
) -> pl.DataFrame: ...
@overload
def profile_frame(
    events: Frame, feature_set: FeatureSet, *, as_of: int | Sequence[int], attributes: object = None
) -> Frame: ...
def profile_frame(
    events: object, feature_set: FeatureSet, *, as_of: int | Sequence[int], attributes: object = None
) -> object:
    """As :func:`profiles`, from any frame of events in the lake's schema; the same kind of frame comes back.

    pandas, Polars, Arrow, DuckDB and Spark are known, for ``attributes`` (``customer_id`` and a column each) too. Only
    the columns that the features read are needed; times may be timestamps.

    >>> import pandas as pd
    >>> from features.language.defaults import Vocabulary, default_features
    >>> seen = FeatureSet(default_features(Vocabulary(("visit",), (), ())), fitted_at=0)
    >>> visits = pd.DataFrame(
    ...     {"customer_id": ["ann", "ann", "bob"], "kind": "visit", "time": pd.to_datetime(["2024-01-01"] * 3)}
    ... )
    >>> profile_frame(visits, seen, as_of=1_704_240_000_000_000)[["customer_id", "visits_28d", "days_since_last_visit"]]
      customer_id  visits_28d  days_since_last_visit
    0         ann         2.0                    2.0
    1         bob         1.0                    2.0
    """
    told = [as_of] if isinstance(as_of, Integral) else as_of
    when = [int(moment) for moment in dict.fromkeys(cast("Sequence[int]", told))]
    if not when:
        raise StamkundError("no_moment", "Profiles need a moment: give as_of, in µs since 1970.", field="as_of")
    found = [frame for _, frame in _parts(events, feature_set.plan, when, attributes)]
    return as_kind_of(events, pl.concat([frame for i in range(len(when)) for frame in found[i :: len(when)]]))


def write_profiles(
    lake: Lake,
    feature_set: FeatureSet,
    path: Path,
    *,
    as_of: int,
    checkpoint: Checkpoint | None = None,
    progress: Progress = silent,
) -> int:
    """Write everyone's profile at a moment as Parquet, some customers at a time, whole or not at all; how many.

    Without anyone nothing is written. What a ``checkpoint`` holds of the lake's events is not read again.
    """
    rows, done = 0, 0
    events, attributes = lake.scan("events"), lake.scan("customers").collect()
    names = {"customer_id": pa.large_string(), "as_of": pa.int64()} | dict.fromkeys(feature_set.names, pa.float64())
    with atomic_file(path) as draft:
        with pq.ParquetWriter(draft, pa.schema(names), compression="zstd") as writer:
            for part, frame in _parts(events, feature_set.plan, [as_of], attributes, checkpoint):
                writer.write_table(frame.to_arrow().cast(writer.schema))
                rows, done = rows + frame.height, done + len(part.customers)
                progress("profiles", done, part.total)
        if not rows:
            draft.unlink()
    return rows


def _parts(
    events: object, plan: Plan, when: Sequence[int], attributes: object, checkpoint: Checkpoint | None = None
) -> Iterator[tuple[Block, pl.DataFrame]]:
    """The profiles of some customers at one moment, again and again until all are told."""
    known = _attributes(attributes, plan)
    for block in blocks(read_events(events, plan), plan, as_of=when, checkpoint=checkpoint):
        for part in block.split(len(when)):
            codes = _codes(part.customers, plan, known)
            for moment, terms in part.terms(when).items():
                here = part.first <= moment
                yield part, _frame(plan, part.customers, here, terms, codes, as_of=moment)


def _frame(plan: Plan, customers: pa.Array, here: Mask, terms: Ints, codes: Floats, *, as_of: int) -> pl.DataFrame:
    """The features of the customers that are there."""
    if not here.all():
        customers, terms, codes = customers.filter(pa.array(here)), terms[:, here], codes[:, here]
    values = finish(plan, terms, codes, as_of=as_of)
    names = cast(pl.Series, pl.from_arrow(customers)).cast(pl.String).alias("customer_id")
    moments = pl.repeat(as_of, len(names), dtype=pl.Int64, eager=True).alias("as_of")
    told = [pl.Series(feature.name, row) for feature, row in zip(plan.features, values, strict=True)]
    return pl.DataFrame([names, moments, *told])


def _attributes(attributes: object, plan: Plan) -> pa.Table | None:
    """The attributes that features read; nothing, when there are no attributes at all."""
    if attributes is None or not plan.attribute_features:
        return None
    wanted: dict[str, ColumnKind] = dict.fromkeys(
        ("customer_id", *(f.attribute for f in plan.attribute_features)), "text"
    )
    return read_frame(attributes, wanted, what="attributes").collect("pyarrow").to_arrow()


def _codes(customers: pa.Array, plan: Plan, attributes: pa.Table | None) -> Floats:
    """``[feature, customer]``: each attribute's place in its vocabulary, NaN where unknown."""
    codes = np.full((len(plan.attribute_features), len(customers)), np.nan)
    if attributes is None:
        return codes
    row = pc.index_in(attributes["customer_id"], value_set=customers)
    ours = attributes.filter(row.is_valid())
    rows = row.drop_null().to_numpy()
    for i, feature in enumerate(plan.attribute_features):
        values = ours[feature.attribute]
        place = pc.index_in(values, value_set=pa.array(feature.vocabulary, values.type))
        codes[i, rows] = place.cast(pa.float64()).fill_null(np.nan).to_numpy()
    return codes
