"""Customer profiles: every feature of every customer, exactly as it was known at one or many moments."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw
import numpy as np
import polars as pl

from features.fitted import FeatureSet
from features.formulas import Floats, Ints
from features.frames import FramePanes, accumulate, distinct_at
from features.lake import Lake
from features.language import Measure
from features.plan import Panes, Plan, finish


def profiles(lake: Lake, feature_set: FeatureSet, *, as_of: int | Sequence[int]) -> pl.DataFrame:
    """One row per customer and moment: ``customer_id``, ``as_of`` (µs), then a Float64 column per feature.

    A customer is there from the first event on. Missing values are NaN: what they mean is each feature's documentation.
    All moments are computed in one pass over the events.
    """
    moments = [as_of] if isinstance(as_of, int) else sorted(set(as_of))
    attributes = lake.scan("customers").collect()
    return profile_frame(lake.scan("events"), feature_set, as_of=moments, attributes=attributes)


def profile_frame(
    events: pl.LazyFrame, feature_set: FeatureSet, *, as_of: Sequence[int], attributes: pl.DataFrame
) -> pl.DataFrame:
    """As :func:`profiles`, from any events in the lake's schema."""
    plan = feature_set.plan
    panes = accumulate(nw.from_native(events), plan, as_of=as_of)
    codes = _codes(panes.customers, plan, attributes)
    return pl.concat([_moment(panes, plan, codes, t) for t in as_of])


def _moment(panes: FramePanes, plan: Plan, codes: Floats, as_of: int) -> pl.DataFrame:
    edges = plan.edges(as_of)
    at = np.searchsorted(panes.edges, edges)
    present = panes.sums[Measure("sum", "one")][:, at[-1]] > 0
    shape = int(present.sum()), 0, len(edges)
    values = finish(
        plan,
        Panes(
            sums=_stack([panes.sums[m][present][:, at] for m in plan.sums], shape),
            firsts=_stack([panes.firsts[m][present, at[-1]] for m in plan.firsts], shape[:2]),
            lasts=_stack([panes.lasts[m][present, at[-1]] for m in plan.lasts], shape[:2]),
            distinct=_stack(
                [distinct_at(panes, m, edges)[present] for m in plan.distinct], (shape[0], 0, len(edges) + 1)
            ),
            codes=codes[present],
        ),
        as_of=as_of,
    )
    names = [f.name for f in plan.features]
    customers = [c for c, p in zip(panes.customers, present, strict=True) if p]
    head = pl.DataFrame({"customer_id": customers, "as_of": [as_of] * len(customers)}, schema=_HEAD)
    return pl.concat([head, pl.DataFrame(values, schema=dict.fromkeys(names, pl.Float64))], how="horizontal")


_HEAD = {"customer_id": pl.String, "as_of": pl.Int64}


def _stack(arrays: list[Ints], empty: tuple[int, ...]) -> Ints:
    return np.stack(arrays, axis=1) if arrays else np.empty(empty, dtype=np.int64)


def _codes(customers: list[str], plan: Plan, attributes: pl.DataFrame) -> Floats:
    """``[customer, feature]``: each attribute's place in its vocabulary."""
    known = dict(zip(attributes["customer_id"], attributes.to_dicts(), strict=True))
    return np.array([plan.codes(known.get(c, {})) for c in customers], dtype=np.float64).reshape(
        len(customers), len(plan.coded)
    )
