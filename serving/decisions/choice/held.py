"""What control arms hold back: what would have been chosen for somebody, were they in none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from features.arrays import Ints, Mask
from serving.decisions.candidates.candidates import Candidates
from serving.decisions.choice.choose import Manner, choose
from serving.decisions.choice.placement import Placement
from serving.decisions.control.arms import Membership


class Held(NamedTuple):
    """The place of a candidate that an ``arm`` holds back, and where it would have been shown."""

    place: int
    arm: str
    placement: str
    position: int


def held_back(
    order: Ints,
    placements: Sequence[Placement],
    fits: Sequence[Mask | None],
    manner: Manner,
    *,
    arms: Membership,
    candidates: Candidates,
) -> Iterator[Held]:
    """What would have been chosen of an ``order`` that no arm has touched, as far as an arm holds it back."""
    restraint = manner.restraint
    left = order if restraint is None else order[[restraint.leaves(place) for place in order.tolist()]]
    for placement, picks in zip(placements, choose(left, placements, fits, manner), strict=True):
        for position, pick in enumerate(picks, 1):
            campaign = candidates.offers[pick.place].campaign_id
            arm = arms.arm if arms.gets == "nothing" else (arms.campaigns or {}).get(str(campaign))
            if arm is not None:
                yield Held(pick.place, arm, placement.id, position)
