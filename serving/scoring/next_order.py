"""When each customer's next order comes: the chance of one, and the days by which it comes, as dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from features.arrays import Floats
from features.moments import utc
from features.units import DAY
from serving.scoring.model_scores import number

MODEL, RULE = "btyd", "rule"  # what says it: a model of orders, or the mean gap after the last order
WITHIN: Final = 365.0  # days; a date further ahead is none


@dataclass(frozen=True)
class NextOrder:
    """Days from now, one entry a customer, by which the next order has come with a chance of 10, 50 and 90 %.

    Infinite or NaN where the chance is not reached within a year. ``probability`` is that of an order within the
    horizon. A rule knows neither a probability nor an interval.
    """

    basis: str
    probability: Floats
    low: Floats
    median: Floats
    high: Floats

    def answer(self, place: int, *, as_of: int) -> dict[str, object]:
        """One customer's, as JSON."""
        dates = {name: _date(days[place], as_of) for name, days in self._days().items()}
        told = {name: None if day is None else day.isoformat() for name, day in dates.items()}
        return {"probability": number(self.probability[place]), **told, "basis": self.basis}

    def _days(self) -> dict[str, Floats]:
        return {"low": self.low, "median": self.median, "high": self.high}


def _date(days: float, as_of: int) -> date | None:
    return utc(as_of + round(days * DAY)).date() if np.isfinite(days) else None
