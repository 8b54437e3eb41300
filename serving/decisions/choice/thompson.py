"""Thompson sampling: candidates of which little is known are shown more often than their scores alone would have it.

Thompson (1933), Biometrika 25, 285–294; Chapelle and Li (2011), NIPS 24. The chance of each candidate is a Beta
distribution around what it is taken for, the narrower the more often the candidate was shown. The probability that a
candidate is the best of some is counted in many draws, and it is then shown with that probability exactly: what
is stored is what was drawn by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import numpy as np

from features.arrays import Floats
from serving.decisions.arbitration.worth import Worth
from serving.decisions.control.arms import fraction

DRAWS: Final = 1000
LEAST: Final = 10.0  # of so many decisions is what is known of a candidate that none has shown
_CERTAIN: Final = 1e-6  # so near to 0 and 1 is no chance


@dataclass(frozen=True)
class Thompson:
    """Of the best ``width`` the one with the best drawn score; ``shown[candidate]`` counts its choices so far.

    >>> worth = Worth(np.array([0.1, 0.1]), np.zeros(2), np.array([5.0, 4.5]), {})
    >>> Thompson(5, np.array([10**7, 10**7]), worth).odds([0, 1], seed="d", position=0)
    array([1., 0.])
    """

    width: int
    shown: Floats
    worth: Worth

    def odds(self, places: Sequence[int], *, seed: str, position: int) -> Floats:
        """The probability of each of some candidates to be shown at a position, in thousandths."""
        return self._counts(places, seed, position) / DRAWS

    def draw(self, places: Sequence[int], *, seed: str, position: int) -> tuple[int, float]:
        """Which of some candidates is shown at a position, and with which probability."""
        counts = self._counts(places, seed, position)
        mark = int(fraction("thompson", seed, position) * DRAWS)
        rank = int(np.searchsorted(np.cumsum(counts), mark, side="right"))
        return rank, float(counts[rank] / DRAWS)

    def _counts(self, places: Sequence[int], seed: str, position: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """In how many draws each is the best."""
        chances = np.clip(self.worth.propensities[places], _CERTAIN, 1 - _CERTAIN)
        known = LEAST + self.shown[places]
        key = blake2b(f"{seed}\x1f{position}".encode(), digest_size=8).digest()
        random = np.random.default_rng(int.from_bytes(key, "big"))
        drawn = random.beta(chances * known, (1 - chances) * known, size=(DRAWS, len(places)))
        best = (drawn * (self.worth.scores[places] / chances)).argmax(axis=1)
        return np.bincount(best, minlength=len(places))
