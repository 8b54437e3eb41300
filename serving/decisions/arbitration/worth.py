"""What each candidate is worth for a person: the chance that they take it, times value less cost.

The chance that a customer takes an offer is the redemption score of the offer's campaign (the chance that they redeem
any of its offers) times the share of their shopping, among the products of that campaign's offers, that falls on this
one, smoothed towards everybody's. Expected value is that chance times the offer's value less its cost; it is the score
unless other factors are declared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from features.arrays import Floats, Ints, Mask
from features.language.rules.evaluate import Read
from serving.decisions.arbitration.arbitration import Arbitration
from serving.decisions.candidates.candidates import Candidates
from serving.decisions.eligibility.checks import Failing
from serving.decisions.facts.facts import Facts

BASIS: Final = (
    "propensity = redemption score of the offer's campaign × the offer's share of the customer's order lines among "
    "that campaign's products (smoothed by everybody's); expected_value = propensity × (value − cost)"
)
ASSUMED: Final = (
    "; value and cost are assumed: a margin on customers' usual spend on the products, "
    "and the mean discount seen on them"
)


@dataclass(frozen=True)
class Worth:
    """``[candidate]``: the chance that it is taken, its expected value in minor units, and its score.

    What is unknown is NaN. ``multipliers`` are the weights and the lever by which its score was multiplied.
    """

    propensities: Floats
    expected_values: Floats
    scores: Floats
    multipliers: Mapping[str, Floats]


def chances(candidates: Candidates, facts: Facts) -> Floats:
    """``[candidate]``: the score of its campaign, NaN where none is known.

    What is of no campaign, or of one without a score that is for anyone, has the base score.
    """
    base, scores = facts.base_score, facts.campaign_scores
    by_campaign = [base if campaign is None else scores.get(campaign) for campaign in candidates.campaigns]
    scored = np.array([np.nan if s is None else s for s in by_campaign], dtype=np.float64)[candidates.group]
    return scored if base is None else np.where(np.isnan(scored) & candidates.is_open, base, scored)


def worth_of(arbitration: Arbitration, candidates: Candidates, facts: Facts, read: Read, failing: Failing) -> Worth:
    """What each candidate is worth; one of no worth fails ``no_value``, or ``no_score`` where other things count."""
    propensities = chances(candidates, facts) * candidates.shares(facts.order_lines)
    multipliers = arbitration.multipliers(read)
    scores = arbitration.scores(propensities, candidates.margins, multipliers, read)
    if arbitration.needs_propensity:
        failing.mark("no_model", np.full(len(scores), facts.base_score is None))
    if arbitration.by != "priority":
        unknown = np.isnan(scores) & ~failing.eligible  # which another check tells better
        failing.mark("no_value" if arbitration.is_plain else "no_score", ~(scores > 0) & ~unknown)
    return Worth(propensities, propensities * candidates.margins, scores, multipliers)


def ranked(worth: Worth, eligible: Mask) -> Ints:
    """The places of the eligible candidates by score, of equal ones by expected value, of equal ones by id."""
    places = np.flatnonzero(eligible)
    return places[np.lexsort((-worth.expected_values[places], -worth.scores[places]))]
