"""Which offers a customer may get now, best first: eligibility and expected value, as pure functions.

The chance that a customer takes an offer is the redemption score of the offer's campaign (the chance that they redeem
any of its offers) times the share of their shopping, among the products of that campaign's offers, that falls on this
one, smoothed towards everybody's. Expected value is that chance times the offer's value less its cost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from features.arrays import Flags, Floats, Ints
from serving.decisions.candidates import Candidates
from serving.decisions.exclusions import REASONS

BASIS: Final = (
    "propensity = redemption score of the offer's campaign × the offer's share of the customer's order lines among "
    "that campaign's products (smoothed by everybody's); expected_value = propensity × (value − cost)"
)
ASSUMED: Final = (
    "; value and cost are assumed: a margin on customers' usual spend on the products, "
    "and the mean discount seen on them"
)
ELIGIBLE: Final = "eligible"
VERDICTS: Final = (ELIGIBLE, *REASONS)


@dataclass(frozen=True)
class Visitor:
    """A known customer as a decision needs them.

    ``redemptions`` are pairs of campaign and offer; ``order_lines[offer]`` counts their order lines on each candidate.
    """

    redemptions: frozenset[tuple[str | None, str]]
    order_lines: Floats
    campaign_scores: Mapping[str, float]  # of the campaigns that reached them
    campaign_reasons: Callable[[str], Sequence[object]]  # why such a campaign has its score
    base_score: float | None  # the chance taken for an offer of no campaign; None without a redemption model


@dataclass(frozen=True)
class Ranking:
    """``order``: the places of the eligible candidates, best first; the rest has an entry for every candidate.

    ``verdicts[offer]`` is a place in ``VERDICTS``: eligible, or the first reason why not. Expected values are in minor
    units; they and propensities are NaN where no score is known.
    """

    order: Ints
    propensities: Floats
    expected_values: Floats
    verdicts: Flags

    def excluded_for(self, reason: str) -> list[int]:
        """The places of the candidates that are out for this reason."""
        return [int(place) for place in np.flatnonzero(self.verdicts == VERDICTS.index(reason))]


def rank(candidates: Candidates, visitor: Visitor, *, as_of: int) -> Ranking:
    """The eligible candidates by expected value, equal ones by id; each of the others with its first reason."""
    base, scores = visitor.base_score, visitor.campaign_scores
    by_campaign = [base if campaign is None else scores.get(campaign) for campaign in candidates.campaigns]
    chance = np.array([np.nan if s is None else s for s in by_campaign], dtype=np.float64)[candidates.group]
    propensities = chance * candidates.shares(visitor.order_lines)
    expected_values = propensities * candidates.margins
    redeemed = np.zeros(len(chance), dtype=np.bool_)
    redeemed[[place for pair in visitor.redemptions for place in candidates.places.get(pair, ())]] = True
    holds = {
        "expired": candidates.ends < as_of,
        "not_started": candidates.starts > as_of,
        "no_model": np.full(len(chance), base is None),
        "not_contacted": np.isnan(chance),
        "already_redeemed": redeemed,
        "no_value": ~(expected_values > 0),
    }
    reasons = [reason for reason in REASONS if reason in holds]
    verdicts = np.select([holds[reason] for reason in reasons], [VERDICTS.index(reason) for reason in reasons], 0)
    eligible = np.flatnonzero(verdicts == 0)
    order = eligible[np.argsort(-expected_values[eligible], kind="stable")]
    return Ranking(order, propensities, expected_values, verdicts.astype(np.int8))
