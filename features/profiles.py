"""Customer profiles: every feature of every customer, exactly as it was known at one or many moments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar, cast, overload

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from features import native
from features.fitted import FeatureSet
from features.formulas import Floats
from features.frames import blocks, columns
from features.lake import Lake
from features.panes import FramePanes, moments
from features.plan import Plan, finish
from features.schema import EVENTS, sql_type

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
    >>> from features.defaults import Vocabulary, default_features
    >>> seen = FeatureSet(default_features(Vocabulary(("visit",), (), ())), fitted_at=0)
    >>> visits = pd.DataFrame(
    ...     {"customer_id": ["ann", "ann", "bob"], "kind": "visit", "time": pd.to_datetime(["2024-01-01"] * 3)}
    ... )
    >>> profile_frame(visits, seen, as_of=1_704_240_000_000_000)[["customer_id", "visits_28d", "days_since_last_visit"]]
      customer_id  visits_28d  days_since_last_visit
    0         ann         2.0                    2.0
    1         bob         1.0                    2.0
    """
    when = [as_of] if isinstance(as_of, int) else list(as_of)
    plan = feature_set.plan
    admitted = native.admit(events, {name: _kind(name) for name in columns(plan)}, what="events")
    known = _attributes(attributes, plan)
    parts: dict[int, list[pl.DataFrame]] = {moment: [] for moment in when}
    for block in blocks(admitted, plan, as_of=when):
        for part in block.parts():
            for moment, frame in _finished(part, _codes(part.customers, plan, known), when):
                parts[moment].append(frame)
    return native.alike(events, pl.concat([frame for moment in when for frame in parts[moment]]))


def _kind(column: str) -> native.Kind:
    if column == "time":
        return "time"
    return "integer" if sql_type(EVENTS[column]) == "BIGINT" else "text"


def _finished(panes: FramePanes, codes: Floats, when: Sequence[int]) -> Iterator[tuple[int, pl.DataFrame]]:
    names = [f.name for f in panes.plan.features]
    for moment, here, at in moments(panes, codes, when):
        values = finish(panes.plan, at, as_of=moment)
        customers = cast(pl.Series, pl.from_arrow(panes.customers.take(pa.array(here)))).cast(pl.String)
        head = pl.DataFrame(
            {"customer_id": customers, "as_of": pl.repeat(moment, len(here), dtype=pl.Int64, eager=True)}
        )
        rows = pl.DataFrame(values, schema=dict.fromkeys(names, pl.Float64), orient="row")
        yield moment, pl.concat([head, rows], how="horizontal")


def _attributes(attributes: object, plan: Plan) -> pa.Table | None:
    """The attributes that features read; nothing, when there are no attributes at all."""
    if attributes is None or not plan.coded:
        return None
    wanted: dict[str, native.Kind] = dict.fromkeys(("customer_id", *(f.attribute for f in plan.coded)), "text")
    return native.admit(attributes, wanted, what="attributes").collect("pyarrow").to_arrow()


def _codes(customers: pa.Array, plan: Plan, attributes: pa.Table | None) -> Floats:
    """``[customer, feature]``: each attribute's place in its vocabulary, NaN where unknown."""
    codes = np.full((len(customers), len(plan.coded)), np.nan)
    if attributes is None:
        return codes
    row = pc.index_in(attributes["customer_id"], value_set=customers)
    ours = attributes.filter(row.is_valid())
    rows = row.drop_null().to_numpy()
    for i, feature in enumerate(plan.coded):
        values = ours[feature.attribute]
        place = pc.index_in(values, value_set=pa.array(feature.vocabulary, values.type))
        codes[rows, i] = place.cast(pa.float64()).fill_null(np.nan).to_numpy()
    return codes
