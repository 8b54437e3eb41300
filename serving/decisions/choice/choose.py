"""The choice: which of the ranked candidates each placement shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import numpy as np

from features.arrays import Ints, Mask
from serving.decisions.choice.diversity import Diversity
from serving.decisions.choice.exploration import Exploration
from serving.decisions.choice.placement import Placement
from serving.decisions.choice.thompson import Thompson
from serving.decisions.policy.restraint import Restraint


@dataclass(frozen=True)
class Pick:
    """The place of a candidate that is shown, and the probability with which it was chosen at its position.

    ``probability`` is that given the choices before it, ``marginal`` that before any of them is drawn: None where
    placements, diversity or the policy let not every candidate into every position.
    """

    place: int
    probability: float
    marginal: float | None


@dataclass(frozen=True)
class Manner:
    """In which manner is chosen: how much may be alike, what the policy leaves, and what is drawn by a ``seed``."""

    diversity: Diversity = field(default_factory=Diversity)
    restraint: Restraint | None = None
    exploration: Exploration | Thompson = field(default_factory=Exploration)
    seed: str = ""

    def may_stand(self, place: int, shown: Sequence[int]) -> bool:
        """Whether a candidate may be shown beside others."""
        alike = self.diversity.too_alike(place, shown) is not None
        return not alike and (self.restraint is None or self.restraint.has_room(place))


def choose(
    order: Ints, placements: Sequence[Placement], fits: Sequence[Mask | None], manner: Manner
) -> list[list[Pick]]:
    """For each placement the best that fit it, that are not too much alike, and that no placement before it shows.

    Where a policy is declared, as far as it leaves room for one more beside those that were chosen.

    >>> picks = choose(np.array([4, 2, 7]), [Placement("top", 2), Placement("side", 2)], [None, None], Manner())
    >>> [[pick.place for pick in each] for each in picks]
    [[4, 2], [7]]
    """
    shown = np.zeros(int(order.max(initial=-1)) + 1, dtype=np.bool_)
    picks: list[list[Pick]] = []
    for placement, fit in zip(placements, fits, strict=True):
        left = order[~shown[order]] if fit is None else order[~shown[order] & fit[order]]
        best = take(left.tolist(), placement.count, manner, first=sum(map(len, picks)))
        shown[[place for place, _ in best]] = True
        picks.append([Pick(place, probability, None) for place, probability in best])
    any_anywhere = not manner.diversity.bounds and manner.restraint is None and all(fit is None for fit in fits)
    return _with_marginals(picks, order, manner.exploration, any_anywhere=any_anywhere)


def take(order: Sequence[int], count: int, manner: Manner, *, first: int = 0) -> list[tuple[int, float]]:
    """Take candidates for one placement, each with its probability; ``first`` is the position of its first one."""
    if manner.restraint is not None:
        manner.restraint.start()
    best: list[tuple[int, float]] = []
    left, exploration = list(order), manner.exploration
    while len(best) < count:
        shown = [place for place, _ in best]
        nearest = list(islice((place for place in left if manner.may_stand(place, shown)), exploration.width))
        if not nearest:
            break
        rank, probability = exploration.draw(nearest, seed=manner.seed, position=first + len(best))
        place = nearest[rank]
        best.append((place, probability))
        left.remove(place)
        if manner.restraint is not None:
            manner.restraint.take(place)
    return best


def _with_marginals(
    picks: Sequence[Sequence[Pick]], order: Ints, exploration: Exploration | Thompson, *, any_anywhere: bool
) -> list[list[Pick]]:
    """The same picks with their marginal probabilities, as far as these are known."""
    ranks = {place: rank for rank, place in enumerate(order.tolist())}
    told, position = [], 0
    for each in picks:
        row = []
        for pick in each:
            marginal: float | None = None
            if isinstance(exploration, Thompson):  # what follows the first depends on what that was
                marginal = pick.probability if position == 0 else None
            elif not exploration.share:
                marginal = 1.0
            elif any_anywhere:
                marginal = exploration.marginal(ranks[pick.place], position, of=len(order))
            row.append(replace(pick, marginal=marginal))
            position += 1
        told.append(row)
    return told
