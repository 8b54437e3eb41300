"""How many have not yet come to an end after a time, and how long it takes, with those who are still watched.

Kaplan–Meier with Greenwood's variance on the log(−log) scale, which stays within 0 and 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from features.arrays import Floats, Ints, Mask
from insights.intervals.estimate import LEVEL, Estimate, z_score
from insights.intervals.proportions import proportion


def survival(
    durations: Floats,
    ended: Mask,
    cells: Ints,
    size: int,
    *,
    at: npt.ArrayLike,
    clusters: Ints | None = None,
    level: float = LEVEL,
) -> Estimate:
    """``[cell, at]``: the share not ended after each duration ``at``; NaN beyond what any of the cell was watched.

    ``ended`` is False of those who were only watched that long. ``n`` is how many were watched up to then. Durations of
    one of ``clusters``, such as a customer, may be alike: the interval is as wide as that makes it.

    >>> survival(np.array([1.0, 2, 2, 4]), np.array([True, True, False, True]), np.zeros(4, int), 1, at=[2])[0, 0]
    Estimate(0.5, 0.0578471 to 0.844861, n=3)
    """
    moments = np.asarray(at, dtype=np.float64)
    parts = _parts(durations, ended, clusters, cells, size)
    curves = [_curve(*part[:2], moments, level, _stretch(*part, float(moments.max(initial=0)))) for part in parts]
    value, low, high, n = (np.stack(part) for part in zip(*curves, strict=True))
    return Estimate(value, low, high, n)


def time_until(
    durations: Floats,
    ended: Mask,
    cells: Ints,
    size: int,
    *,
    share: float = 0.5,
    clusters: Ints | None = None,
    level: float = LEVEL,
) -> Estimate:
    """The duration by which a ``share`` has ended; NaN where so many have not, and where an end is not bounded.

    >>> time_until(np.arange(1.0, 21.0), np.full(20, True), np.zeros(20, int), 1)[0]
    Estimate(10, 5 to 15, n=20)
    """
    found = []
    for own, over, whose in _parts(durations, ended, clusters, cells, size):
        seen = np.unique(own[over])
        value, low, high, _ = _curve(own, over, seen, level)
        middle = _first(seen, value <= 1 - share + 1e-12)
        if whose is not None and not np.isnan(middle):
            _, low, high, _ = _curve(own, over, seen, level, _stretch(own, over, whose, middle))
        # The curve's upper end crosses later: it bounds the time from above.
        ends = (_first(seen, curve <= 1 - share + 1e-12) for curve in (value, low, high))
        found.append((*ends, len(own)))
    return Estimate(*np.array(found).reshape(size, 4).T)


def _parts(
    durations: Floats, ended: Mask, clusters: Ints | None, cells: Ints, size: int
) -> Iterator[tuple[Floats, Mask, Ints | None]]:
    """The durations of each cell, sorted, which of them ended, and of which cluster: all cells in one sorting."""
    order = np.lexsort((durations, cells))
    starts = np.searchsorted(cells[order], np.arange(size + 1))
    for start, end in pairwise(starts):
        own = order[start:end]
        yield durations[own], ended[own], None if clusters is None else clusters[own]


def _stretch(durations: Floats, ended: Mask, clusters: Ints | None, at: float) -> float:
    """By what the standard error at a moment grows as durations of one cluster are alike, by each one's influence.

    The influence of a duration on the log of the share is that of Ying & Wei (1994).

    >>> twice = np.repeat(np.arange(1.0, 9.0), 2)  # each of eight customers has two durations, which are the same
    >>> round(_stretch(twice, np.full(16, True), np.arange(16) // 2, 4.0), 3)
    1.414
    """
    if clusters is None or not len(durations):
        return 1.0
    times, first, place = np.unique(durations, return_index=True, return_inverse=True)
    at_risk = len(durations) - first
    hazard = np.cumsum(np.where(times <= at, np.add.reduceat(ended.astype(np.float64), first) / at_risk**2, 0))
    influence = ended * (durations <= at) / at_risk[place] - hazard[place]
    _, whose = np.unique(clusters, return_inverse=True)
    alone, together = influence @ influence, np.bincount(whose, influence)
    return max(1.0, float(np.sqrt(together @ together / alone))) if alone > 0 else 1.0


def _curve(
    durations: Floats, ended: Mask, at: Floats, level: float, stretch: float = 1.0
) -> tuple[Floats, Floats, Floats, Floats]:
    """Value, low, high and how many were watched, at each moment, of sorted durations."""
    times, first = np.unique(durations, return_index=True)
    ends = np.add.reduceat(ended.astype(np.int64), first) if len(first) else first
    at_risk = len(durations) - first
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.cumprod(1 - ends / at_risk)
        error = stretch * np.sqrt(np.cumsum(ends / (at_risk * (at_risk - ends)))) / np.abs(np.log(left))
        low, high = (left ** np.exp(side * z_score(level) * error) for side in (1, -1))
    step = np.searchsorted(times, at, side="right")
    value, low, high = (np.concatenate([[1.0], part])[step] for part in (left, low, high))
    watched = (len(durations) - np.searchsorted(durations, at)).astype(np.float64)
    # The log scale knows nothing of a share of 1 or 0: Wilson's interval does.
    all_or_none = (value == 1) | (value == 0)
    exact = proportion(value, np.where(value == 1, watched, len(durations)), level=level)
    low, high = np.where(all_or_none, exact.low, low), np.where(all_or_none, exact.high, high)
    known = (watched > 0) | (value == 0)
    value, low, high = (np.where(known, part, np.nan) for part in (value, low, high))
    return value, low, high, watched


def _first(moments: Floats, reached: Mask) -> float:
    return float(moments[int(np.argmax(reached))]) if reached.any() else float("nan")
