"""Parts of a formula with how they change as each sum does, so that its interval is by linearisation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from features.arrays import Floats


@dataclass(frozen=True)
class Term:
    """A part's ``value`` in each cell, and its ``slopes``: how it changes with each measure's total."""

    value: Floats
    slopes: Mapping[int, Floats]

    @classmethod
    def of(cls, total: Floats, place: int) -> Self:
        """The sum itself, at its place among all."""
        return cls(total, {place: np.ones(len(total))})

    def __add__(self, other: Term) -> Term:
        return self._with(other, self.value + other.value, np.array(1.0), np.array(1.0))

    def __sub__(self, other: Term) -> Term:
        return self._with(other, self.value - other.value, np.array(1.0), np.array(-1.0))

    def __mul__(self, other: Term) -> Term:
        return self._with(other, self.value * other.value, other.value, self.value)

    def __truediv__(self, other: Term) -> Term:
        value = np.where(other.value == 0, np.nan, self.value / other.value)
        return self._with(other, value, 1 / other.value, -value / other.value)

    def _with(self, other: Term, value: Floats, own: Floats, others: Floats) -> Term:
        slopes = {place: own * slope for place, slope in self.slopes.items()}
        for place, slope in other.slopes.items():
            slopes[place] = slopes.get(place, 0) + others * slope
        return Term(value, slopes)


OPERATIONS: Final = {"+": Term.__add__, "-": Term.__sub__, "*": Term.__mul__, "/": Term.__truediv__}
