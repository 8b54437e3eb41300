"""How far values have moved from those of another time: the population stability index of credit scoring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from features.arrays import Floats

LEAST: Final = 1e-4  # the share that an empty band counts as: a logarithm is taken
TENTHS: Final = slice(10, 100, 10)  # of 101 quantiles


def drift_of(values: Floats, percentiles: Sequence[float] | Floats) -> float:
    """Σ (now − then) · ln(now / then) over bands that held a tenth of the values each (Siddiqi 2006).

    ``percentiles`` are the 101 quantiles of the values then. Below 0.1 little has moved, above 0.25 much; values that
    fell together then share a band. NaN without any value.

    >>> then = np.arange(101.0)
    >>> round(drift_of(np.arange(100.0), then), 6), drift_of(np.full(100, 95.0), then) > 5
    (0.0, True)
    """
    present = values[~np.isnan(values)]
    if not len(present):
        return float("nan")
    quantiles = np.asarray(percentiles)
    cuts = quantiles[TENTHS]
    then = np.diff([0, *np.searchsorted(quantiles[:-1], cuts, side="left"), len(quantiles) - 1])
    now = np.bincount(np.searchsorted(cuts, present, side="right"), minlength=len(cuts) + 1)
    return _index(then / then.sum(), now / now.sum())


@dataclass(frozen=True)
class Bands:
    """How the values of a feature lay: the ``cuts`` of about ten bands, and the share of values in each; missing last.

    >>> bands = Bands.of(np.array([0.0, 0.0, 1.0, np.nan]))
    >>> bands.cuts, bands.shares
    ((0.0, 1.0), (0.0, 0.5, 0.25, 0.25))
    >>> bands.drift(np.array([1.0, np.nan, 0.0, 0.0]))
    0.0
    """

    cuts: tuple[float, ...]
    shares: tuple[float, ...]

    @classmethod
    def of(cls, values: Floats) -> Self:
        """Those of some values; tenths of them where they differ."""
        present = values[~np.isnan(values)]
        tenths = np.linspace(0.1, 0.9, 9)
        cuts = np.unique(np.quantile(present, tenths, method="nearest")) if len(present) else np.empty(0)
        return cls(tuple(cuts.tolist()), tuple(_shares(values, cuts).tolist()))

    def drift(self, values: Floats) -> float:
        """The population stability index of values of another time; NaN without any."""
        if not len(values):
            return float("nan")
        return _index(np.array(self.shares), _shares(values, np.array(self.cuts)))


def _shares(values: Floats, cuts: Floats) -> Floats:
    """The share of values in each band, and of those missing."""
    place = np.where(np.isnan(values), len(cuts) + 1, np.searchsorted(cuts, values, side="right"))
    return np.bincount(place, minlength=len(cuts) + 2) / max(len(values), 1)


def _index(then: Floats, now: Floats) -> float:
    before, after = np.maximum(then, LEAST), np.maximum(now, LEAST)
    return float(np.sum((after - before) * np.log(after / before)))
