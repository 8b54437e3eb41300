"""One decision: a pure function of what is set up, the facts, and the placements that are asked for."""

from __future__ import annotations

from collections.abc import Sequence

from serving.decisions.arbitration.worth import ranked, worth_of
from serving.decisions.checks import Failing
from serving.decisions.choice.choose import choose
from serving.decisions.choice.decided import Decided
from serving.decisions.choice.placement import Placement
from serving.decisions.eligibility.standing import mark_standing
from serving.decisions.facts.facts import Facts
from serving.decisions.policy.restraint import Restraint
from serving.decisions.setup import Setup


def decide(setup: Setup, facts: Facts, placements: Sequence[Placement], restraint: Restraint | None = None) -> Decided:
    """Choose for each placement, step by step: who may get what, how often, what it is worth, and which are best.

    A ``restraint`` tells what is left for them by the policy, where one is declared.
    """
    failing = Failing(setup.checks, len(setup.candidates.offers))
    mark_standing(failing, setup.candidates, facts)
    setup.rules.mark(failing, facts)
    if restraint is not None:
        restraint.mark(failing)
    worth = worth_of(setup.arbitration, setup.candidates, facts, setup.rules.read(facts), failing)
    order = ranked(worth, failing.eligible)
    fits = [placement.fits(setup.candidates) for placement in placements]
    picks = choose(order, placements, fits, setup.diversity, restraint)
    return Decided(facts, failing, worth, order, placements, fits, picks, restraint)
