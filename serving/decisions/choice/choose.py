"""The choice: which of the ranked candidates each placement shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.arrays import Ints, Mask
from serving.decisions.choice.diversity import Diversity
from serving.decisions.choice.placement import Placement
from serving.decisions.policy.restraint import Restraint


@dataclass(frozen=True)
class Pick:
    """The place of a candidate that is shown, and the probability with which it was chosen at its position."""

    place: int
    probability: float


def choose(
    order: Ints,
    placements: Sequence[Placement],
    fits: Sequence[Mask | None],
    diversity: Diversity,
    restraint: Restraint | None = None,
) -> list[list[Pick]]:
    """For each placement the best that fit it, that are not too much alike, and that no placement before it shows.

    Where a policy is declared, as far as it leaves room for one more beside those that were chosen.

    >>> picks = choose(np.array([4, 2, 7]), [Placement("top", 2), Placement("side", 2)], [None, None], Diversity())
    >>> [[pick.place for pick in each] for each in picks]
    [[4, 2], [7]]
    """
    shown = np.zeros(int(order.max(initial=-1)) + 1, dtype=np.bool_)
    picks = []
    for placement, fit in zip(placements, fits, strict=True):
        left = order[~shown[order]] if fit is None else order[~shown[order] & fit[order]]
        best = take_best(left.tolist(), placement.count, diversity, restraint)
        shown[best] = True
        picks.append([Pick(place, 1.0) for place in best])
    return picks


def take_best(order: Sequence[int], count: int, diversity: Diversity, restraint: Restraint | None) -> list[int]:
    """The first of some places that may stand beside each other, and that there is room for."""
    best: list[int] = []
    if restraint is not None:
        restraint.start()
    for place in order:
        if len(best) == count:
            break
        if diversity.too_alike(place, best) is None and (restraint is None or restraint.takes(place)):
            best.append(place)
    return best
