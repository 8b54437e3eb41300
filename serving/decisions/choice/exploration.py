"""Exploration: now and then one of the next best is shown instead of the best, with a known probability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from serving.decisions.control.arms import fraction


@dataclass(frozen=True)
class Exploration:
    """With probability ``share`` one of the first ``width`` candidates is drawn, each as likely; else it is the first.

    >>> exploration = Exploration(share=0.1, width=5)
    >>> [round(exploration.probability(rank, of=9), 3) for rank in range(6)]
    [0.92, 0.02, 0.02, 0.02, 0.02, 0.0]
    """

    share: float = 0.0
    width: int = 1

    def rank(self, of: int, *, seed: str, position: int) -> int:
        """Which of some candidates, best first, is shown at a position of the decision that the seed is known by."""
        if fraction("explore", seed, position) >= self.share:
            return 0
        return int(fraction("draw", seed, position) * min(self.width, of))

    def probability(self, rank: int, *, of: int) -> float:
        """The probability with which the candidate of a rank is shown at the next position."""
        width = min(self.width, of)
        return (1 - self.share) * (rank == 0) + (self.share / width) * (rank < width)

    def draw(self, places: Sequence[int], *, seed: str, position: int) -> tuple[int, float]:
        """Which of some candidates is shown at a position, and with which probability."""
        rank = self.rank(len(places), seed=seed, position=position)
        return rank, self.probability(rank, of=len(places))

    def marginal(self, rank: int, position: int, *, of: int) -> float:
        """The probability with which the candidate of a rank is shown at a position, before any position is drawn.

        Positions count from 0, and each shows what those before it have not.

        >>> exploration = Exploration(share=0.5, width=2)
        >>> [exploration.marginal(rank, 1, of=3) for rank in range(3)]
        [0.1875, 0.5625, 0.25]
        """
        places = np.zeros(rank + 1)  # the chance of each rank that it has among those that are left, if it is left
        places[rank] = 1.0
        for taken in range(position):
            chances = np.array([self.probability(place, of=of - taken) for place in range(rank + 1)])
            before = np.concatenate([[0.0], np.cumsum(chances)[:-1]])
            stays, moves = places * (1 - before - chances), places * before
            places = stays + np.append(moves[1:], 0.0)
        return float(sum(p * self.probability(place, of=of - position) for place, p in enumerate(places) if p))
