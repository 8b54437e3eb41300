"""What a model of orders tells of feature rows: that no order follows, how many do, or what they bring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from features.arrays import Floats
from training.btyd import BetaGeometric, GammaGamma, Histories
from training.targets.frame.target import Asked

LEAST: Final = 1e-9  # of an expected number and of a chance: a logarithm is taken
JUST: Final = 1e-6  # of an age, that a recency above 0 and below it differs from them at least


class OrderColumns(NamedTuple):
    """Where the features of orders stand in a row: days with an order, days since the first and the last, spend."""

    days: int
    first: int
    last: int
    spend: int


@dataclass(frozen=True)
class OrdersTold:
    """A model of when customers order and of what they order for, and what is ``asked`` of it ``horizon`` days ahead.

    Amounts are relative: what comes back or costs is left to the level of the rest.

    >>> told = OrdersTold("number", 10.0, OrderColumns(0, 1, 2, 3), BetaGeometric(1.0, 20.0, 1e-3, 1e3), None)
    >>> np.exp(told.raw(np.array([[1.0, 30.0, 30.0]]))).round(3).tolist()
    [0.2]
    """

    asked: Asked
    horizon: float
    columns: OrderColumns
    timing: BetaGeometric
    value: GammaGamma | None

    @property
    def places(self) -> tuple[int, ...]:
        """The columns that are read."""
        return self.columns if self.asked == "worth" else self.columns[:3]

    def raw(self, read: Floats) -> Floats:
        """Log-odds that no order follows, or the log of what is expected; ``read[row, place]`` lacks nothing."""
        days = np.maximum(read[:, 0], 1.0)
        histories = _possible(days, read[:, 1], read[:, 2])
        if self.asked == "none":
            returns = np.clip(self.timing.returned(histories, self.horizon), LEAST, 1 - LEAST)
            return np.asarray(np.log1p(-returns) - np.log(returns), dtype=np.float64)
        number = self.timing.expected_orders(histories, self.horizon)
        if self.asked == "worth" and self.value is not None:
            number = number * self.value.expected_value(days, read[:, 3] / days)
        return np.log(np.maximum(number, LEAST))


def _possible(days: Floats, first: Floats, last: Floats) -> Histories:
    """Histories of customers with an order at least; of two days or more they lie between the first and now."""
    age = np.maximum(first, JUST)
    recency = np.clip(age - last, JUST * age, age)
    return Histories(days - 1, np.where(days > 1, recency, 0.0), age)
