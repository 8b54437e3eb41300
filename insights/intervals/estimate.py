"""A number, the interval that it lies in, and how many it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from features.arrays import Floats

LEVEL: Final = 0.95  # how often the interval holds the true number


@dataclass(frozen=True)
class Estimate:
    """Estimates of many cells: four arrays of one shape; NaN where nothing was seen or an end is not bounded.

    >>> share = Estimate(value=[0.5, 0.1], low=[0.4, 0.0], high=[0.6, 0.3], n=[90, 12])
    >>> share[1]
    Estimate(0.1, 0 to 0.3, n=12)
    >>> (share * 100)[0]
    Estimate(50, 40 to 60, n=90)
    """

    value: Floats
    low: Floats
    high: Floats
    n: Floats  # how many customers, answers or orders, whatever the number counts

    def __init__(self, value: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike, n: npt.ArrayLike) -> None:
        parts = np.broadcast_arrays(*(np.asarray(part, dtype=np.float64) for part in (value, low, high, n)))
        for name, part in zip(("value", "low", "high", "n"), parts, strict=True):
            object.__setattr__(self, name, part)

    def __getitem__(self, cells: int | slice | npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> Estimate:
        return Estimate(self.value[cells], self.low[cells], self.high[cells], self.n[cells])

    def reshape(self, shape: tuple[int, ...]) -> Estimate:
        """The same in another shape."""
        return Estimate(*(part.reshape(shape) for part in (self.value, self.low, self.high, self.n)))

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Iterator[Estimate]:
        return (self[place] for place in range(len(self)))

    def numbers(self) -> tuple[float, float, float, float]:
        """Value, low, high and n of one cell.

        >>> Estimate(0.5, 0.4, 0.6, 90).numbers()
        (0.5, 0.4, 0.6, 90.0)
        """
        return float(self.value), float(self.low), float(self.high), float(self.n)

    def __mul__(self, factor: float) -> Estimate:
        low, high = (self.low, self.high) if factor >= 0 else (self.high, self.low)
        return Estimate(self.value * factor, low * factor, high * factor, self.n)

    def __repr__(self) -> str:
        if self.value.ndim:
            return f"Estimate of {self.value.shape} cells"
        return f"Estimate({self.value:.6g}, {self.low:.6g} to {self.high:.6g}, n={self.n:.6g})"


def z_score(level: float) -> float:
    """How many standard errors an interval reaches to each side.

    >>> round(z_score(0.95), 3)
    1.96
    """
    return float(ndtri((1 + level) / 2))
