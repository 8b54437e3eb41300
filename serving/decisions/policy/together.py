"""Several decisions that follow each other: each with what those before it leave, reserved in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from serving.decisions.policy.policy import Policy
from serving.decisions.policy.reserve import Person, Standing
from serving.store.choices.choices import past_of
from serving.store.choices.totals import Claim, Used
from serving.store.reader import Ask


def standing_with(ask: Ask, policy: Policy, person: Person, used: Used, *, as_of: int) -> Standing:
    """How things stand for a person, where so much was given in total."""
    return Standing(past_of(ask, person.nodes, after=policy.counts_after(as_of)), used)


def used_with(used: Used, claims: Iterable[Claim]) -> Used:
    """What was given in total, and what is claimed of it besides.

    >>> used_with({("cap", "tea"): {1: 2}}, [Claim("cap", "tea", 1, 0, 3, 9), Claim("cap", "cup", 1, 0, 1, 9)])
    {('cap', 'tea'): {1: 5}, ('cap', 'cup'): {1: 1}}
    """
    told: dict[tuple[str, str], Mapping[int, int]] = dict(used)
    for claim in claims:
        key, slots = (claim.limit, claim.thing), told.get((claim.limit, claim.thing), {})
        told[key] = {**slots, claim.slot: slots.get(claim.slot, 0) + claim.amount}
    return told
