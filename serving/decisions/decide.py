"""One decision: a pure function of what is set up, the facts, and the placements that are asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from features.arrays import Mask
from serving.decisions.arbitration.worth import ranked, worth_of
from serving.decisions.choice.choose import Manner, choose
from serving.decisions.choice.decided import Decided
from serving.decisions.choice.exploration import Exploration
from serving.decisions.choice.held import Held, held_back
from serving.decisions.choice.placement import Placement
from serving.decisions.eligibility.checks import Failing
from serving.decisions.eligibility.standing import mark_standing
from serving.decisions.facts.facts import Facts
from serving.decisions.policy.restraint import Restraint
from serving.decisions.setup import Setup


def decide(
    setup: Setup,
    facts: Facts,
    placements: Sequence[Placement],
    restraint: Restraint | None = None,
    beyond: Restraint | None = None,
) -> Decided:
    """Choose for each placement, step by step: who may get what, how often, what it is worth, and which are best.

    A ``restraint`` tells what is left for them by the policy, where one is declared. For somebody in a control arm that
    gets nothing, ``order`` tells what they would have been eligible for, and ``held`` what they would have got, by what
    would be left ``beyond`` the arms, had these held nothing back before.
    """
    failing = Failing(setup.checks, len(setup.candidates.offers))
    mark_standing(failing, setup.candidates, facts)
    setup.rules.mark(failing, facts)
    if restraint is not None:
        restraint.mark(failing)
    failing.mark("control", _held_out(setup, facts), tell=partial(_arm, setup, facts))
    arbitration = setup.arbitration.of_arm(facts.arms.gets)
    worth = worth_of(arbitration, setup.candidates, facts, setup.rules.read(facts), failing)
    order = ranked(worth, failing.eligible)
    fits = [placement.fits(setup.candidates) for placement in placements]
    exploration = Exploration(1.0, len(order)) if facts.arms.gets == "random" else setup.explorer(worth)
    manner = Manner(setup.diversity, restraint, exploration, facts.seed)
    held: list[Held] = []
    if facts.arms.gets == "nothing" or facts.arms.campaigns:
        every = order if facts.arms.gets == "nothing" else ranked(worth, failing.eligible | failing.only("control"))
        free = replace(manner, restraint=beyond)
        held += held_back(every, placements, fits, free, arms=facts.arms, candidates=setup.candidates)
    if facts.arms.gets == "nothing":
        failing.mark("control", np.ones(len(failing.bits), dtype=np.bool_), tell=partial(_arm, setup, facts))
        placements = [replace(placement, count=0) for placement in placements]
    picks = choose(order, placements, fits, manner)
    return Decided(facts, failing, worth, order, placements, fits, picks, arbitration, restraint, held)


def _held_out(setup: Setup, facts: Facts) -> Mask:
    """``[candidate]``: whether it is of a campaign of which the customer is to get nothing."""
    campaigns = facts.arms.campaigns or {}
    if not campaigns:
        return np.zeros(len(setup.candidates.offers), dtype=np.bool_)
    return np.array([o.campaign_id in campaigns for o in setup.candidates.offers], dtype=np.bool_)


def _arm(setup: Setup, facts: Facts, place: int) -> Mapping[str, object]:
    """The control arm that keeps a candidate from the customer."""
    campaign = setup.candidates.offers[place].campaign_id
    return {"arm": (facts.arms.campaigns or {}).get(str(campaign), facts.arms.arm)}
