"""What each candidate is worth for a person: the chance that they take it, times value less cost.

The chance that a customer takes an offer is the redemption score of the offer's campaign (the chance that they redeem
any of its offers) times the share of their shopping, among the products of that campaign's offers, that falls on this
one, smoothed towards everybody's. Expected value is that chance times the offer's value less its cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from features.arrays import Floats, Ints, Mask
from serving.decisions.candidates.candidates import Candidates
from serving.decisions.checks import Failing
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
    """``[candidate]``: the chance that it is taken, and its expected value in minor units; NaN where none is known."""

    propensities: Floats
    expected_values: Floats


def chances(candidates: Candidates, facts: Facts) -> Floats:
    """``[candidate]``: the score of its campaign, NaN where none is known.

    What is of no campaign, or of one without a score that is for anyone, has the base score.
    """
    base, scores = facts.base_score, facts.campaign_scores
    by_campaign = [base if campaign is None else scores.get(campaign) for campaign in candidates.campaigns]
    scored = np.array([np.nan if s is None else s for s in by_campaign], dtype=np.float64)[candidates.group]
    return scored if base is None else np.where(np.isnan(scored) & candidates.is_open, base, scored)


def worth_of(candidates: Candidates, facts: Facts, failing: Failing) -> Worth:
    """What each candidate is worth; one of which nothing is to be expected fails ``no_value``."""
    propensities = chances(candidates, facts) * candidates.shares(facts.order_lines)
    expected_values = propensities * candidates.margins
    unknown = np.isnan(expected_values) & ~failing.eligible  # which another check tells better
    failing.mark("no_value", ~(expected_values > 0) & ~unknown)
    return Worth(propensities, expected_values)


def ranked(worth: Worth, eligible: Mask) -> Ints:
    """The places of the eligible candidates by expected value, equal ones by id."""
    places = np.flatnonzero(eligible)
    return places[np.argsort(-worth.expected_values[places], kind="stable")]
