"""The choice: which of the ranked candidates each placement shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from features.arrays import Ints
from serving.decisions.choice.placement import Placement


@dataclass(frozen=True)
class Pick:
    """The place of a candidate that is shown, and the probability with which it was chosen at its position."""

    place: int
    probability: float


def choose(order: Ints, placements: Sequence[Placement]) -> list[list[Pick]]:
    """For each placement the best that no placement before it shows.

    >>> import numpy as np
    >>> picks = choose(np.array([4, 2, 7]), [Placement("top", 2), Placement("side", 2)])
    >>> [[pick.place for pick in each] for each in picks]
    [[4, 2], [7]]
    """
    left = iter(order.tolist())
    return [[Pick(place, 1.0) for _, place in zip(range(each.count), left, strict=False)] for each in placements]
