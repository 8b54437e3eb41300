"""Profiles of customers who are looked at, each at moments of their own: only these are computed.

Where many are looked at in a pass over the events, frames are faster; where few are, each customer's own record is.
Both evaluators tell the same, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl

from features.arrays import Floats
from features.evaluate.offline.blocks import lake_columns
from features.evaluate.online.knowledge import known_by
from features.evaluate.online.terms.evaluator import RecordEvaluator
from features.identity.people import People
from features.lake import Lake
from features.profiles.fitted.feature_set import FeatureSet
from features.profiles.frames import profile_frame
from features.profiles.records import records

FEW: Final = 5_000  # profiles take about as long as a pass over the events of a small lake
EVENTS: Final = 400  # more to pass over take as long as one profile more
MOST: Final = 400_000  # profiles at a time have room in memory
ALONE: Final = 1_000  # looks of a group, up to which records take less than a pass
BLOCK_CUSTOMERS: Final = 20_000  # whose records are read at a time


def profiles_of(
    lake: Lake, feature_set: FeatureSet, looks: pl.DataFrame, *, without_events: bool = False
) -> pl.DataFrame:
    """The profiles of pairs of ``customer_id`` and ``as_of`` (µs), as :func:`features.profiles_at` gives them.

    A customer without an event by then has none, or, ``without_events``, what tables tell.
    """
    asked = looks.select("customer_id", "as_of").unique().sort("as_of", "customer_id")
    columns = lake_columns(feature_set.plan, lake)
    head = pl.DataFrame(schema={"customer_id": pl.String, "as_of": pl.Int64})
    nobody = head.with_columns(pl.lit(None, pl.Float64).alias(name) for name in feature_set.names)
    few = FEW + sum(entry.rows for entry in lake.manifest.tables.get("events", ())) // EVENTS
    together = list(groups(asked, few=few))
    alone = [] if without_events else [group for group in together if group.height <= ALONE]
    if not alone or not People.at(lake, alone_moments := _moments(pl.concat(alone))).nobody_joined:
        told = (_profiles(lake, feature_set, columns, group, without_events=without_events) for group in together)
        return pl.concat([nobody, *told])
    by_frames = (_profiles(lake, feature_set, columns, group) for group in together if group.height > ALONE)
    by_records = _by_records(lake, feature_set, pl.concat(alone), as_of=alone_moments[-1])
    return pl.concat([nobody, *by_frames, *by_records]).sort("as_of", "customer_id")


def _moments(looks: pl.DataFrame) -> list[int]:
    return looks["as_of"].unique().sort().to_list()


def groups(looks: pl.DataFrame, *, few: int, most: int = MOST) -> Iterator[pl.DataFrame]:
    """Looks, by moment, in groups of successive moments, for each of which the events are passed over.

    All customers at all moments of a group are not many more than asked for, or but ``few``.

    >>> looks = pl.DataFrame({"customer_id": ["ann", "bob", "ann", "cat"], "as_of": [1, 1, 2, 3]})
    >>> [group.height for group in groups(looks, few=2)]
    [3, 1]
    """
    if looks.is_empty():
        return
    who = looks["customer_id"].rank("dense").to_numpy()
    starts = np.flatnonzero(np.diff(looks["as_of"], prepend=looks["as_of"][0] - 1))
    begin, moments, customers = 0, 0, set[int]()
    for start, end in pairwise([*starts.tolist(), looks.height]):
        here = set(who[start:end].tolist())
        both, moments = customers | here, moments + 1
        if start > begin and len(both) * moments > min(max(few, 2 * (end - begin)), most):
            yield looks[begin:start]
            begin, moments, both = start, 1, here
        customers = both
    yield looks[begin:]


def _profiles(
    lake: Lake, feature_set: FeatureSet, columns: tuple[str, ...], looks: pl.DataFrame, *, without_events: bool = False
) -> pl.DataFrame:
    moments = _moments(looks)
    people = People.at(lake, moments)
    customers = people.versions.keyed(looks)["key"].unique().sort()
    among = pl.col("customer_id").is_in(customers.implode())
    attributes, snapshots = (people.about(table).filter(among).collect() for table in ("customers", "snapshots"))
    with people.sorted_events(columns, customers) as events:
        frame = profile_frame(
            events, feature_set, as_of=moments, attributes=attributes, snapshots=snapshots,
            without_events=without_events,
        )  # fmt: skip
    return people.told(frame).join(looks, on=["customer_id", "as_of"], how="semi", maintain_order="left")


def _by_records(lake: Lake, feature_set: FeatureSet, looks: pl.DataFrame, *, as_of: int) -> Iterator[pl.DataFrame]:
    """The profiles of looks up to a moment, customer by customer; nobody may have been joined."""
    evaluator = RecordEvaluator(feature_set.plan)
    moments = dict(looks.group_by("customer_id").agg("as_of").iter_rows())
    customers = sorted(moments)
    for start in range(0, len(customers), BLOCK_CUSTOMERS):
        block = customers[start : start + BLOCK_CUSTOMERS]
        keys, vectors = list[tuple[str, int]](), list[Floats]()
        for customer, record in records(lake, block, as_of=as_of):
            for moment in moments[customer]:
                if (known_by(record, moment).number("time") <= moment).any():
                    keys.append((customer, moment))
                    vectors.append(evaluator.vector(record, as_of=moment))
        own = pl.DataFrame(keys, schema={"customer_id": pl.String, "as_of": pl.Int64}, orient="row")
        values = np.array(vectors).reshape(len(vectors), len(feature_set.names))
        yield pl.concat([own, pl.DataFrame(values, schema=list(feature_set.names))], how="horizontal")
