"""What a score owes to one feature: its change if that feature alone had its usual value.

So any model can be asked why, without a look inside; of one that adds up its features it is weight × deviation. Where
several features tell the same, each is told less than they do together, and the parts need not add up to the score.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from features.arrays import Floats

Score = Callable[[Floats], Floats]
FEW: Final = 12  # different values: then the usual one is the most frequent, not the median
AT_ONCE: Final = 20_000  # rows of a single call


def usual_values(x: Floats) -> Floats:
    """The usual value of each feature: the most frequent of few, the median of many; NaN where none is known.

    >>> usual_values(np.array([[2.0, 0.5, np.nan], [2.0, 1.5, np.nan], [7.0, np.nan, np.nan]])).tolist()
    [2.0, 0.5, nan]
    """
    return np.array([_usual(column[~np.isnan(column)]) for column in x.T], dtype=np.float64)


def _usual(known: Floats) -> float:
    values, counts = np.unique(known, return_counts=True)
    if not len(values):
        return np.nan
    return float(values[counts.argmax()] if len(values) <= FEW else np.median(known))


def changes(score: Score, x: Floats, usual: Floats, columns: Sequence[int]) -> Floats:
    """``[row, feature]``: the score less what it would be with the usual value; 0 outside these ``columns``.

    >>> rows, usual = np.array([[1.0, 5.0], [4.0, 2.0]]), np.array([1.0, 1.0])
    >>> changes(lambda x: 10 * x[:, 0] + x[:, 1], rows, usual, [0, 1]).tolist()
    [[0.0, 4.0], [30.0, 1.0]]
    """
    parts, n = np.zeros_like(x), len(x)
    if not n or not len(columns):
        return parts
    now, together = score(x), max(1, AT_ONCE // n)
    for first in range(0, len(columns), together):
        some = np.array(columns[first : first + together])
        other = np.tile(x, (len(some), 1))
        other[np.arange(len(other)), np.repeat(some, n)] = np.repeat(usual[some], n)
        parts[:, some] = now[:, None] - score(other).reshape(len(some), n).T
    return parts
