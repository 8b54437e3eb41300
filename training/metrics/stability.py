"""How far values have moved from those of another time: the population stability index of credit scoring."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

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
    before, after = (np.maximum(counts / counts.sum(), LEAST) for counts in (then, now))
    return float(np.sum((after - before) * np.log(after / before)))
