"""What was decided, in numbers: from which it can be told, kept and computed again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.arrays import Ints, Mask
from serving.decisions.arbitration.arbitration import Arbitration
from serving.decisions.arbitration.worth import Worth
from serving.decisions.choice.choose import Pick
from serving.decisions.choice.held import Held
from serving.decisions.choice.placement import Placement
from serving.decisions.eligibility.checks import WRONG_PLACEMENT, Failing
from serving.decisions.facts.facts import Facts
from serving.decisions.policy.restraint import Restraint


@dataclass(frozen=True)
class Decided:
    """What each candidate is worth and fails, the ``order`` of the eligible ones, and the picks of each placement.

    ``fits[placement]`` tells which candidates may be shown there, where not all may. ``arbitration`` is by
    what they were ranked. The ``restraint`` tells what the
    policy leaves, where one is declared. ``held`` is what control arms kept from them.
    """

    facts: Facts
    failing: Failing
    worth: Worth
    order: Ints
    placements: Sequence[Placement]
    fits: Sequence[Mask | None]
    picks: Sequence[Sequence[Pick]]
    arbitration: Arbitration
    restraint: Restraint | None = None
    held: Sequence[Held] = ()

    def first(self, placement: int) -> Ints:
        """``[candidate]``: the place of the first check that keeps it from a placement, −1 where none does."""
        first, fit = self.failing.first, self.fits[placement]
        if fit is None:
            return first
        wrong = self.failing.checks.place(WRONG_PLACEMENT)
        return np.where(~fit & ((first < 0) | (first > wrong)), wrong, first)
