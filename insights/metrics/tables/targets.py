"""What metrics should reach, and whether they do."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from features.arrays import Floats, Mask
from features.config.sections.insights.metrics import Target
from insights.intervals import Estimate
from insights.periods import Periods

REACHED, MISSED, UNSURE = "reached", "missed", "unsure"
VERDICTS: Final = np.array([None, REACHED, MISSED, UNSURE], dtype=object)


def targets_of(target: Target, periods: Periods) -> Floats:
    """The target of each period: the one of the latest month that began by then; NaN before the first.

    >>> from datetime import date
    >>> from features.moments import micros
    >>> months = Periods.of("month", micros(date(2024, 1, 1)), micros(date(2024, 3, 1)))
    >>> targets_of((("2024-02", 45.0),), months).tolist(), targets_of((("", 7.0),), months).tolist()
    ([nan, 45.0, 45.0], [7.0, 7.0, 7.0])
    """
    values = np.array([np.nan, *(value for _, value in target)])
    return values[[sum(month <= since for month, _ in target) for since in periods.months]]


def verdicts(estimate: Estimate, target: Floats, *, higher: bool, untold: Mask) -> npt.NDArray[np.object_]:
    """Whether each figure has reached its target, by its whole interval; where that holds the target, nobody can say.

    >>> nps = Estimate([50, 40, 44], [46, 36, 40], [54, 44, 48], 200)
    >>> verdicts(nps, np.full(3, 45.0), higher=True, untold=np.zeros(3, bool)).tolist()
    ['reached', 'missed', 'unsure']
    """
    above, below = estimate.low >= target, estimate.high <= target
    good, bad = (above, below) if higher else (below, above)
    known = ~(np.isnan(target) | np.isnan(estimate.low) | np.isnan(estimate.high) | untold)
    return VERDICTS[np.where(known, np.select([good, bad], [1, 2], 3), 0)]
