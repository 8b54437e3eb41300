"""Customer profiles as frames: every feature of every customer, exactly as it was known at one or many moments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar, overload

import narwhals as nw
import polars as pl

from features.errors import StamkundError
from features.evaluate.offline.blocks import lake_columns, read_events
from features.evaluate.offline.knowledge import known_by, unaware
from features.evaluate.offline.native_frames import as_kind_of
from features.identity.people import People
from features.lake import Lake
from features.profiles.fitted.feature_set import FeatureSet
from features.profiles.parts import parts_without_events, profile_parts
from features.reading.moment import Moment, moments_of

Frame = TypeVar("Frame")


def profiles_at(lake: Lake, feature_set: FeatureSet, *, as_of: Moment | Sequence[Moment]) -> pl.DataFrame:
    """One row per customer and moment: ``customer_id``, ``as_of`` (µs), then a Float64 column per feature.

    Moments are datetimes, days, texts in ISO 8601 (UTC where they tell no zone) or microseconds since 1970.
    People are at each moment those known then, and a customer has a profile from the first event on. Missing values are
    NaN: what they mean is each feature's documentation. All moments are computed in one pass over the events.
    """
    moments = sorted(set(moments_of(as_of)))
    people = People.at(lake, moments)
    attributes, snapshots = people.about("customers").collect(), people.about("snapshots").collect()
    with people.sorted_events(lake_columns(feature_set.plan, lake)) as events:
        frame = profile_frame(events, feature_set, as_of=moments, attributes=attributes, snapshots=snapshots)
    return people.told(frame)


@overload
def profile_frame(
    events: pl.LazyFrame,
    feature_set: FeatureSet,
    *,
    as_of: Moment | Sequence[Moment],
    attributes: object = None,
    snapshots: object = None,
    without_events: bool = False,
) -> pl.DataFrame: ...
@overload
def profile_frame(
    events: Frame,
    feature_set: FeatureSet,
    *,
    as_of: Moment | Sequence[Moment],
    attributes: object = None,
    snapshots: object = None,
    without_events: bool = False,
) -> Frame: ...
def profile_frame(
    events: object,
    feature_set: FeatureSet,
    *,
    as_of: Moment | Sequence[Moment],
    attributes: object = None,
    snapshots: object = None,
    without_events: bool = False,
) -> object:
    """As :func:`profiles_at`, from any frame of events in the lake's schema; the same kind of frame comes back.

    Events, ``attributes`` (``customer_id`` and a column for each attribute) and ``snapshots`` (the same with a ``time``
    from which on they are true) may be frames of pandas, Polars, Arrow, DuckDB and Spark. Only the columns that the
    features read are needed; times may be timestamps. ``without_events`` gives profiles also to the customers of
    ``attributes`` and ``snapshots`` who have no event yet.

    >>> import pandas as pd
    >>> from features.language.defaults import Vocabulary, default_features
    >>> feature_set = FeatureSet(default_features(Vocabulary(("visit",), (), ())), fitted_at=0)
    >>> visits = pd.DataFrame(
    ...     {"customer_id": ["ann", "ann", "bob"], "kind": "visit", "time": pd.to_datetime(["2024-01-01"] * 3)}
    ... )
    >>> frame = profile_frame(visits, feature_set, as_of="2024-01-03")
    >>> frame[["customer_id", "visits_28d", "days_since_last_visit"]]
      customer_id  visits_28d  days_since_last_visit
    0         ann         2.0                    2.0
    1         bob         1.0                    2.0
    """
    moments = list(dict.fromkeys(moments_of(as_of)))
    if not moments:
        raise StamkundError("no_moment", "Profiles need a moment: give as_of.", field="as_of")
    frame, plan = read_events(events, feature_set.plan), feature_set.plan
    parts = [part for _, part in profile_parts(frame, plan, moments, attributes=attributes, snapshots=snapshots)]
    by_moment = {moment: pl.concat(parts[i :: len(moments)]) for i, moment in enumerate(moments)}
    for moment, customers in unaware(frame, moments).items():
        known = known_by(frame.filter(nw.col("customer_id").is_in(customers)), moment)
        others = by_moment[moment].filter(~pl.col("customer_id").is_in(customers))
        theirs = [part for _, part in profile_parts(known, plan, [moment], attributes=attributes, snapshots=snapshots)]
        by_moment[moment] = pl.concat([others, *theirs]).sort("customer_id")
    for moment, profiles in by_moment.items() if without_events else ():
        without = parts_without_events(plan, attributes, snapshots, [profiles["customer_id"]], as_of=moment)
        by_moment[moment] = pl.concat([profiles, *without]).sort("customer_id")
    return as_kind_of(events, pl.concat(by_moment.values()))
