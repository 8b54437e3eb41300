"""Forecasts of a level, each of one line, and the one that did best at earlier moments.

They speak on the scale of :func:`training.level.history.linked`. Nothing is fitted: a dozen moments could not tell
more than which of a few plain rules to believe.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from training.level.history import History
from training.targets.populations.origins import a_year_before

MEMORY: Final = 0.5  # the weight of the last block; of the one before half of the rest, and so on
PERSISTENCE: Final = 0.25  # how much of a change seen over the last quarter of a horizon is taken to stay
LEAST_BLOCKS: Final = 3  # horizons that a method must have been tried over before it is chosen


def last_block(history: History, at: int) -> float | None:
    """As in the last horizon that is over."""
    return history.whole.at(at - history.whole.horizon_us)


def changed(history: History, at: int) -> float | None:
    """As in the last horizon, moved by a part of what changed from its first quarter to its last."""
    last, quarter = last_block(history, at), history.quarter
    now, then = quarter.at(at - quarter.horizon_us), quarter.at(at - history.whole.horizon_us)
    return None if last is None or now is None or then is None else last + PERSISTENCE * (now - then)


def smoothed(history: History, at: int) -> float | None:
    """Exponential smoothing over all horizons before (Brown 1956)."""
    blocks = np.array(history.whole.blocks(at))
    weights = MEMORY * (1 - MEMORY) ** np.arange(len(blocks))
    return float(blocks @ weights / weights.sum()) if len(blocks) else None


def seasonal(history: History, at: int) -> float | None:
    """As in the last horizon, moved as a year ago between the same two, to the very day."""
    last, ago, day = last_block(history, at), history.a_year_ago, a_year_before(at)
    now, then = ago.at(day), ago.at(day - ago.horizon_us)
    return None if last is None or now is None or then is None else last + now - then


Method = Callable[[History, int], float | None]
METHODS: Final[Mapping[str, Method]] = {
    "changed": changed,
    "last_block": last_block,
    "smoothed": smoothed,
    "seasonal": seasonal,
}


@dataclass(frozen=True)
class Forecast:
    """A level to come, linked: by which method, and how far that was off before on average (NaN: unknown)."""

    value: float
    method: str
    error: float


def errors(history: History, at: int, method: Method) -> dict[int, float]:
    """How far a method was off at each moment whose horizon is over at ``at``, by what was known at that moment."""
    past, found = history.whole.known_by(at), {}
    for moment, came in zip(past.moments.tolist(), past.values.tolist(), strict=True):
        told = method(history.known_by(moment), moment)
        if told is not None:
            found[moment] = abs(told - came)
    return found


def forecast(history: History, at: int) -> Forecast | None:
    """The level of the horizon after ``at`` by the method that was least off before; None without any horizon over.

    Methods are compared at moments that all have in common with the plainest. Where these span fewer than three
    horizons, the first that can speak does.
    """
    known = history.known_by(at)
    told = {name: value for name, method in METHODS.items() if (value := method(known, at)) is not None}
    if not told:
        return None
    first = next(iter(told))
    off = {name: errors(known, at, METHODS[name]) for name in told}
    ratios = {name: _ratio(off[name], off[first], known.whole.horizon_us) for name in told}
    best = min(told, key=lambda name: ratios[name])
    return Forecast(told[best], best, float(np.mean(list(off[best].values()))) if off[best] else float("nan"))


def _ratio(errors: Mapping[int, float], plain: Mapping[int, float], horizon_us: int) -> float:
    """A method's mean error over that of the plain one, at the moments of both; 1 where these are too few."""
    both = sorted(errors.keys() & plain.keys())
    if not both or (both[-1] - both[0]) / horizon_us + 1 < LEAST_BLOCKS:
        return 1.0
    return sum(errors[moment] for moment in both) / max(sum(plain[moment] for moment in both), 1e-12)
