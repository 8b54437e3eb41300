"""The table of cells: figures with their intervals, and what each adds to the one of the period before."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Final

import numpy as np
import pyarrow as pa

from features.arrays import Floats, Ints, Mask
from features.units import DAY
from insights.dimensions.dimension import Dimension
from insights.intervals import Estimate, benjamini_hochberg, difference, p_value
from insights.metrics.cells import Cells, Told
from insights.metrics.courses.backlog import Backlog
from insights.metrics.courses.course import Course
from insights.metrics.courses.lifetime import Lifetime
from insights.metrics.definitions.formula import Formula
from insights.metrics.definitions.metric import Metric
from insights.metrics.questions import ALL
from insights.metrics.tables.targets import targets_of, verdicts
from insights.periods import Grain, Periods

_SHORTEST: Final[dict[Grain, int]] = {"day": DAY, "week": 7 * DAY, "month": 28 * DAY, "quarter": 90 * DAY}
LEAST: Final = 5  # customers: with fewer behind it a figure is not told
_WEIGHTED: Final = ("unweighted", "effective", "unheard", "refusal")
TOO_UNEVEN: Final = "weights_too_uneven"  # so that few customers would speak for all
CELLS: Final = pa.schema([
    ("metric", pa.string()), ("grain", pa.string()), ("dimension", pa.string()), ("group", pa.string()),
    ("period", pa.string()), ("start", pa.int64()), ("end", pa.int64()), ("value", pa.float64()), ("low", pa.float64()),
    ("high", pa.float64()), ("n", pa.float64()), ("customers", pa.int64()), ("open", pa.bool_()),
    ("suppressed", pa.bool_()), ("change", pa.float64()), ("change_low", pa.float64()), ("change_high", pa.float64()),
    ("change_stands", pa.bool_()), ("compared", pa.int64()), ("target", pa.float64()), ("verdict", pa.string()),
    ("unweighted", pa.float64()), ("effective", pa.float64()), ("unheard", pa.float64()), ("refusal", pa.string()),
])  # fmt: skip


def began(parts: Sequence[Cells]) -> int:
    """The first period in which anybody is behind a metric; before it there is nothing to tell."""
    there = np.concatenate([part.customers for part in parts]).any(axis=1)
    return int(there.argmax())


def figures(parts: Sequence[Cells], periods: Periods, *, as_of: int) -> pa.Table:
    """The cells of one metric and dimension, with the change of each since the period before."""
    metric, dimension = parts[0].metric, parts[0].dimension
    labels = dimension.labels if dimension else (None,)
    estimate = Estimate(*(
        np.concatenate([getattr(part.estimate, name) for part in parts]) for name in ("value", "low", "high", "n")
    ))  # fmt: skip
    customers = np.concatenate([part.customers for part in parts])
    hidden, shape = (customers > 0) & (customers < LEAST), estimate.value.shape
    if isinstance(metric, Course):
        open_ = metric.open(estimate, periods, as_of=as_of)
    else:
        matures = (metric.within or 0) if isinstance(metric, Lifetime) else 0
        open_ = np.broadcast_to(periods.open(as_of=as_of, matures=matures)[:, None], shape)
    # Period after period of the same customers: none is compared.
    same = isinstance(metric, Lifetime) and metric.within is None
    change, stands, compared = _changes(estimate, customers, hidden | open_ | same, lag=_lag(metric, periods))
    target = _target(metric, dimension, periods)
    told = verdicts(estimate, target, higher=metric.higher_is_better, untold=hidden | open_)
    columns = {
        "metric": [metric.name] * estimate.value.size,
        "grain": [periods.grain] * estimate.value.size,
        "dimension": [dimension.name if dimension else ALL] * estimate.value.size,
        "group": [*labels] * len(periods),
        "period": np.repeat(np.array(periods.labels), shape[1]),
        "start": np.repeat(periods.edges[:-1], shape[1]),
        "end": np.repeat(periods.edges[1:], shape[1]),
        **{name: _shown(getattr(estimate, name), hidden) for name in ("value", "low", "high", "n")},
        "customers": pa.array(customers.ravel(), mask=hidden.ravel()),
        "open": open_.ravel(),
        "suppressed": hidden.ravel(),
        "change": _shown(change.value), "change_low": _shown(change.low), "change_high": _shown(change.high),
        "change_stands": stands.ravel(),
        "compared": np.full(estimate.value.size, compared),
        "target": _shown(np.broadcast_to(target, shape)),
        "verdict": told.ravel(),
        **_weighted(parts, hidden),
    }  # fmt: skip
    table = pa.table(columns, schema=CELLS)
    return table.filter(pa.array((customers > 0).ravel() | (dimension is None)))


def _weighted(parts: Sequence[Cells], hidden: Mask) -> dict[str, pa.Array]:
    """Of answers that are weighted: the figure without weights, what these leave of them, and why there is no other."""
    every = [part.weighting for part in parts if part.weighting is not None]
    if not every:
        return {name: pa.nulls(hidden.size, CELLS.field(name).type) for name in _WEIGHTED}
    unweighted, effective, unheard, refused = (
        np.concatenate([getattr(each, name) for each in every])
        for name in ("unweighted", "effective", "unheard", "refused")
    )
    untold = hidden | ~refused
    return {
        "unweighted": _shown(unweighted, hidden),
        "effective": _shown(effective, hidden),
        "unheard": _shown(unheard, hidden),
        "refusal": pa.array([TOO_UNEVEN] * hidden.size, mask=untold.ravel()),
    }


def _target(metric: Told, dimension: Dimension | None, periods: Periods) -> Floats:
    """``[period, 1]``: what is to be reached; a sum has its target for a whole month, and of all customers."""
    is_sum = isinstance(metric, Metric | Formula) and metric.is_sum and metric.window is None
    of_all = is_sum or isinstance(metric, Backlog)
    if (of_all and dimension is not None) or (is_sum and periods.grain != "month"):
        return np.full((len(periods), 1), np.nan)
    return targets_of(metric.target, periods)[:, None]


def _lag(metric: Told, periods: Periods) -> int:
    """How many periods before one lies the one that it is compared with.

    Of years until now it is that of the last year; of windows, the last whose window is over when this one begins.
    """
    window = metric.window if isinstance(metric, Metric | Formula) else None
    if window == "year":
        return {"month": 12, "quarter": 4}[periods.grain]
    return 1 if window is None else ceil(window / _SHORTEST[periods.grain])


def _changes(estimate: Estimate, customers: Ints, untold: Mask, *, lag: int) -> tuple[Estimate, Mask, int]:
    """What each period adds to the one ``lag`` before, which of these changes stand, and how many were compared."""
    lag = min(lag, len(customers))
    before, now = estimate[: len(customers) - lag], estimate[lag:]
    since = difference(now, before)
    nobody = ~np.logical_or.accumulate(customers > 0)  # the figure has not begun
    untold = untold[lag:] | untold[: len(customers) - lag] | nobody[: len(customers) - lag]
    parts = (np.where(untold, np.nan, part) for part in (since.value, since.low, since.high))
    first = np.full((lag, estimate.value.shape[1]), np.nan)
    value, low, high = (np.concatenate([first, part]) for part in parts)
    change = Estimate(value, low, high, estimate.n)
    found = benjamini_hochberg(p_value(change).ravel())
    return change, found.stands.reshape(value.shape), found.compared


def _shown(values: Floats, hidden: Mask | None = None) -> pa.Array:
    """Numbers; null where they are not known or hidden."""
    mask = np.isnan(values) if hidden is None else np.isnan(values) | hidden
    return pa.array(values.ravel(), mask=mask.ravel())
