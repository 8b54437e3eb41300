"""What past moments' customers came to on average: the levels that the level of a coming horizon is told from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl
from scipy.special import expit, logit

from features.arrays import Floats, Ints
from features.units import DAY
from training.targets.frame.target import ScoreKind, Target
from training.targets.populations.origins import quarter_of

GRID = 7 * DAY  # moments a week apart are looked at, so that any moment has one within a week before it


@dataclass(frozen=True)
class Series:
    """Levels on the scale of :func:`linked`, one a moment (µs, ascending), each known a horizon later.

    >>> series = Series(np.array([10, 20]) * DAY, np.array([0.5, 0.7]), 5 * DAY)
    >>> series.at(22 * DAY), series.at(28 * DAY), series.known_by(24 * DAY).at(22 * DAY)
    (0.7, None, None)
    """

    moments: Ints
    values: Floats
    horizon_us: int

    @classmethod
    def of(cls, as_of: Ints, y: Floats, horizon_us: int, score_kind: ScoreKind) -> Self:
        """The mean label of each moment; left out are moments of nobody, of everybody or of no amount."""
        moments, place = np.unique(np.asarray(as_of, dtype=np.int64), return_inverse=True)
        means = np.bincount(place, weights=y) / np.bincount(place)
        told = (means > 0) & ((means < 1) | (score_kind == "amount"))
        return cls(moments[told], linked(means[told], score_kind), horizon_us)

    def at(self, moment: int) -> float | None:
        """The level of the latest moment within a week before this one, or None."""
        place = int(np.searchsorted(self.moments, moment, side="right")) - 1
        near = place >= 0 and moment - int(self.moments[place]) < GRID
        return float(self.values[place]) if near else None

    def known_by(self, moment: int) -> Series:
        """The levels whose horizon is over at a moment."""
        known = self.moments + self.horizon_us <= moment
        return Series(self.moments[known], self.values[known], self.horizon_us)

    def blocks(self, moment: int) -> list[float]:
        """The levels a horizon before a moment, two, three …, as far back as they reach without a gap."""
        found: list[float] = []
        while (level := self.at(moment - (len(found) + 1) * self.horizon_us)) is not None:
            found.append(level)
        return found


@dataclass(frozen=True)
class History:
    """The levels of whole horizons, and of their first quarters, which tell earlier what has changed.

    ``a_year_ago`` holds those of whole horizons on the very days a year before the moments that are asked about: a
    season that begins on a date is in sight to the day.
    """

    whole: Series
    quarter: Series
    a_year_ago: Series = Series(np.empty(0, dtype=np.int64), np.empty(0), 0)

    def known_by(self, moment: int) -> History:
        """What was known of them at a moment."""
        return History(*(each.known_by(moment) for each in (self.whole, self.quarter, self.a_year_ago)))


def history_of(
    target: Target, rows: pl.DataFrame, early: pl.DataFrame, year_ago: pl.DataFrame, *, scale: int
) -> History:
    """The levels of a target's rows (``as_of, y``; null where not known yet), of its first quarter and of a year ago.

    Amounts are in minor units, of which ``scale`` make one.
    """
    whole, quarter = target.horizon_us, quarter_of(target.horizon_us)
    series = []
    for frame, horizon in ((rows, whole), (early, quarter), (year_ago, whole)):
        told = frame.drop_nulls("y")
        y = told["y"].to_numpy().astype(np.float64) / scale
        series.append(Series.of(told["as_of"].to_numpy(), y, horizon, target.score_kind))
    return History(*series)


def linked(levels: Floats, score_kind: ScoreKind) -> Floats:
    """Log-odds of shares, logs of amounts: on this scale changes add up.

    >>> linked(np.array([0.5]), "probability").tolist(), linked(np.array([1.0]), "amount").tolist()
    ([0.0], [0.0])
    """
    return np.asarray(np.log(levels) if score_kind == "amount" else logit(levels), dtype=np.float64)


def unlinked(value: float, score_kind: ScoreKind) -> float:
    """The share or amount that a linked level stands for."""
    return float(np.exp(value) if score_kind == "amount" else expit(value))
