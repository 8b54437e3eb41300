"""What each candidate is worth for a person: the chance that they take it, times value less cost.

The chance that a customer takes an offer is the redemption score of the offer's campaign (the chance that they redeem
any of its offers) times the share of their shopping, among the products of that campaign's offers, that falls on this
one, smoothed towards everybody's. Where a model tells by how much showing it raises a chance, that uplift counts
instead. Expected value is what counts times the offer's value less its cost; it is the score unless other factors are
declared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from features.arrays import Floats, Ints, Mask
from features.language.rules.evaluate import Read
from serving.decisions.arbitration.arbitration import Arbitration
from serving.decisions.arbitration.uplifts import Chances
from serving.decisions.candidates.candidates import Candidates
from serving.decisions.eligibility.checks import Failing
from serving.decisions.facts.facts import Facts

BASIS: Final = (
    "propensity = redemption score of the offer's campaign × the offer's share of the customer's order lines among "
    "that campaign's products (smoothed by everybody's); expected_value = propensity × (value − cost), or where an "
    "uplift is told uplift × (value − cost)"
)
ASSUMED: Final = (
    "; value and cost are assumed: a margin on customers' usual spend on the products, "
    "and the mean discount seen on them"
)


@dataclass(frozen=True)
class Worth:
    """``[candidate]``: the chance that it is taken, its expected value in minor units, and its score.

    What is unknown is NaN. ``multipliers`` are the weights and the lever by which its score was multiplied, ``uplifts``
    what showing it changes, where a target that tells it is declared.
    """

    propensities: Floats
    expected_values: Floats
    scores: Floats
    multipliers: Mapping[str, Floats]
    uplifts: Floats | None = None

    @property
    def chances(self) -> Chances:
        """What its score was made from."""
        return Chances(self.propensities, self.uplifts)


def chances_of(arbitration: Arbitration, candidates: Candidates, facts: Facts) -> Chances:
    """The chances of candidates for a person."""
    propensities = _of_campaigns(candidates, facts) * candidates.shares(facts.order_lines)
    return Chances(propensities, arbitration.uplifts.of_candidates(facts.read))


def _of_campaigns(candidates: Candidates, facts: Facts) -> Floats:
    """``[candidate]``: the score of its campaign, NaN where none is known.

    What is of no campaign, or of one without a score that is for anyone, has the base score.
    """
    base, scores = facts.base_score, facts.campaign_scores
    by_campaign = [base if campaign is None else scores.get(campaign) for campaign in candidates.campaigns]
    scored = np.array([np.nan if s is None else s for s in by_campaign], dtype=np.float64)[candidates.group]
    return scored if base is None else np.where(np.isnan(scored) & candidates.is_open, base, scored)


def worth_of(arbitration: Arbitration, candidates: Candidates, facts: Facts, read: Read, failing: Failing) -> Worth:
    """What each candidate is worth; one that would do harm fails ``negative_uplift``, others of no worth see below."""
    chances, multipliers = chances_of(arbitration, candidates, facts), arbitration.multipliers(read)
    scores = arbitration.scores(chances, candidates.margins, multipliers, read)
    worth = Worth(chances.propensities, chances.counted * candidates.margins, scores, multipliers, chances.uplifts)
    if facts.base_score is None and arbitration.needs_propensity:
        told = chances.uplifts if arbitration.by == "value" else None
        failing.mark("no_model", np.ones(len(scores), dtype=np.bool_) if told is None else np.isnan(told))
    if arbitration.by != "priority":
        _mark_worthless(arbitration, worth, failing)
    return worth


def _mark_worthless(arbitration: Arbitration, worth: Worth, failing: Failing) -> None:
    """Mark what does harm, what brings no money where that counts (``no_value``), and all else that scores nothing."""
    told_better = np.isnan(worth.scores) & ~failing.eligible  # by another check
    if worth.uplifts is not None:
        harms = worth.uplifts < 0
        told_better |= harms
        failing.mark("negative_uplift", harms, tell=partial(_uplift, arbitration, worth.uplifts))
    worthless = ~(worth.scores > 0) & ~told_better
    brings_none = worthless & ~(worth.expected_values > 0) & arbitration.in_money
    failing.mark("no_value", brings_none)
    failing.mark("no_score", worthless & ~brings_none)


def _uplift(arbitration: Arbitration, uplifts: Floats, place: int) -> Mapping[str, object]:
    """The uplift of a candidate, and the target that tells it."""
    return {"model": arbitration.uplifts.target_of(place), "uplift": float(uplifts[place])}


def ranked(worth: Worth, eligible: Mask) -> Ints:
    """The places of the eligible candidates by score, of equal ones by expected value, of equal ones by id."""
    places = np.flatnonzero(eligible)
    return places[np.lexsort((-worth.expected_values[places], -worth.scores[places]))]
