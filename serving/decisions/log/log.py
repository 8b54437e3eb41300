"""A decision as the log keeps it: what it was made from, so that all else can be computed again, bit for bit.

For each candidate the checks that it fails, and how many order lines of its products the customer has; the score of
each campaign; which weights held; what models of uplift say of the customer. Chances, values, scores and the order of
candidates follow from these and from the catalogue of its version. Only what a formula gave, which may read anything,
is kept itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.arrays import Floats, Ints
from serving.decisions.arbitration.arbitration import Arbitration
from serving.decisions.arbitration.worth import Worth, chances_of, ranked
from serving.decisions.choice.decided import Decided
from serving.decisions.control.arms import Membership
from serving.decisions.eligibility.checks import Failing
from serving.decisions.facts.facts import Facts
from serving.decisions.log.catalogue import Catalogue
from serving.decisions.log.packing import Array, pack, unpack

_MISSING = -1.0  # of a campaign that has no score; NaN: one that no model could tell


@dataclass(frozen=True)
class Logged:
    """A decision read from the log: what each candidate failed and was worth, and the order of the eligible ones.

    ``arbitration`` is by what they were ranked.
    """

    failing: Failing
    worth: Worth
    order: Ints
    arbitration: Arbitration


def packed(decided: Decided, catalogue: Catalogue) -> bytes:
    """The bytes of a decision of a catalogue."""
    facts, worth, uplifts = decided.facts, decided.worth, catalogue.arbitration.uplifts
    rows, places = _distinct(decided.failing.bits)
    scores = [
        facts.campaign_scores.get(c, _MISSING) if c is not None else _MISSING for c in catalogue.candidates.campaigns
    ]
    nowhere = np.ones(len(worth.scores))
    weights: list[Array] = [np.packbits(worth.multipliers.get(name, nowhere) != 1) for name, _ in catalogue.weights]
    formula = worth.scores if decided.arbitration.by == "formula" else np.empty(0)
    base = np.nan if facts.base_score is None else facts.base_score
    return pack(
        [
            rows.ravel(),
            places,
            facts.order_lines.astype(np.int64),
            np.array([base, *scores]),
            formula,
            *weights,
            *([uplifts.told(facts.read)] if uplifts.targets else []),
        ]
    )


def _distinct(bits: Array) -> tuple[Array, Array]:
    """The different rows in their order, and the place of each candidate's among them: of so few no arrays are made."""
    rows = [*zip(*bits.T.tolist(), strict=True)]
    places = {row: place for place, row in enumerate(sorted({*rows}))}
    distinct = np.array([*places], dtype=bits.dtype)
    return distinct, np.array([places[row] for row in rows], dtype=np.int64)


def unpacked(log: bytes, catalogue: Catalogue, arms: Membership, *, as_of: int) -> Logged:
    """The decision of some bytes, for a customer of some control arms."""
    rows, inverse, lines, scores, formula, *others = unpack(log)
    candidates, weights = catalogue.candidates, others[: len(catalogue.weights)]
    failing = Failing(catalogue.checks, len(candidates.offers))
    failing.bits = rows.reshape(-1, failing.bits.shape[1]).astype(np.uint64)[inverse]
    facts = _facts(catalogue, lines.astype(np.float64), scores, others[len(weights) :], as_of=as_of)
    arbitration = catalogue.arbitration.of_arm(arms.gets)
    worth = _worth(catalogue, arbitration, facts, formula, weights)
    eligible = failing.eligible
    if arms.gets == "nothing":  # they would have been eligible for what nothing but their arm keeps from them
        held = np.array([o.campaign_id in (arms.campaigns or {}) for o in candidates.offers], dtype=np.bool_)
        eligible = failing.only("control") & ~held
    return Logged(failing, worth, ranked(worth, eligible), arbitration)


def _facts(catalogue: Catalogue, lines: Floats, scores: Array, uplifts: Sequence[Array], *, as_of: int) -> Facts:
    base, by_campaign = scores[0], scores[1:].tolist()
    known = {
        campaign: score
        for campaign, score in zip(catalogue.candidates.campaigns, by_campaign, strict=True)
        if campaign is not None and score != _MISSING
    }
    read = catalogue.arbitration.uplifts.read_of(*(each.tolist() for each in uplifts))
    return Facts(as_of, frozenset(), lines, known, lambda _: (), None if np.isnan(base) else float(base), read=read)


def _worth(catalogue: Catalogue, arbitration: Arbitration, facts: Facts, formula: Array, weights: list[Array]) -> Worth:
    candidates = catalogue.candidates
    count = len(candidates.offers)
    multipliers = {
        name: np.where(np.unpackbits(bits.astype(np.uint8), count=count) == 1, weight, 1.0)
        for (name, weight), bits in zip(catalogue.weights, weights, strict=True)
        if "weights" in arbitration.factors
    }
    multipliers |= {"lever": arbitration.levers} if "lever" in arbitration.factors else {}
    chances = chances_of(arbitration, candidates, facts)
    if arbitration.by == "formula":
        scores: Floats = formula.astype(np.float64)
    else:
        scores = arbitration.scores(chances, candidates.margins, multipliers, facts.read)
    return Worth(chances.propensities, chances.counted * candidates.margins, scores, multipliers, chances.uplifts)
