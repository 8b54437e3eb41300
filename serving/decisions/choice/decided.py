"""What was decided, in numbers: from which it can be told, kept and computed again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from features.arrays import Ints
from serving.decisions.arbitration.worth import Worth
from serving.decisions.checks import Failing
from serving.decisions.choice.choose import Pick
from serving.decisions.choice.placement import Placement
from serving.decisions.facts.facts import Facts


@dataclass(frozen=True)
class Decided:
    """What each candidate is worth and fails, the ``order`` of the eligible ones, and the picks of each placement."""

    facts: Facts
    failing: Failing
    worth: Worth
    order: Ints
    placements: Sequence[Placement]
    picks: Sequence[Sequence[Pick]]
