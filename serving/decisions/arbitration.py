"""Which offers are best for this customer now: eligible, ranked by expected value, or the fallback; pure functions.

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
from features.config.offers import Fallback
from serving.decisions.catalogue import Catalogue, Excluded

BASIS: Final = (
    "propensity = redemption score of the offer's campaign × the offer's share of the customer's order lines among "
    "that campaign's products (smoothed by everybody's); expected_value = propensity × (value − cost)"
)
ASSUMED: Final = (
    "; value and cost are assumed: a margin on customers' usual spend on the products, "
    "and the mean discount seen on them"
)


@dataclass(frozen=True)
class Visitor:
    """What a decision must know of a customer; ``propensity`` has a score for each campaign that reached them."""

    redeemed: frozenset[tuple[str | None, str]]
    lines: Floats
    propensity: Mapping[str, float]
    reasons: Callable[[str], Sequence[object]]  # why a campaign that reached them has its score
    base: float | None  # the chance taken for an offer of no campaign; None without a redemption model


@dataclass(frozen=True)
class Placement:
    """Where offers are to be shown, and how many."""

    id: str
    count: int = 1


@dataclass(frozen=True)
class Choice:
    """An offer chosen for a placement; amounts in currency units."""

    offer_id: str
    name: str
    campaign_id: str | None
    score: float | None
    propensity: float | None
    uplift: float | None
    expected_value: float | None
    value: float | None
    cost: float | None
    assumed: bool
    probability: float
    reasons: Sequence[object]
    is_fallback: bool


@dataclass(frozen=True)
class Filled:
    """A placement with its choices."""

    id: str
    items: Sequence[Choice]
    excluded: Sequence[Excluded]


@dataclass(frozen=True)
class Ranking:
    """Every candidate's standing: the places of the eligible ones, best first, and why the others are out."""

    order: Ints
    propensity: Floats
    expected: Floats
    status: Flags


REASONS: Final = ("eligible", "expired", "not_started", "no_model", "not_contacted", "already_redeemed", "no_value")
NO_VALUE: Final = REASONS.index("no_value")


def rank(catalogue: Catalogue, visitor: Visitor, *, at: int) -> Ranking:
    """The eligible offers by expected value, equal ones by id; each of the others with its first reason."""
    scores = [visitor.base if c is None else visitor.propensity.get(c) for c in catalogue.campaigns]
    chance = np.array([np.nan if score is None else score for score in scores], dtype=np.float64)[catalogue.group]
    propensity = chance * catalogue.shares(visitor.lines)
    expected = propensity * catalogue.worth
    redeemed = np.zeros(len(chance), dtype=np.bool_)
    redeemed[[place for taken in visitor.redeemed for place in catalogue.places.get(taken, ())]] = True
    conditions = [catalogue.ends < at, catalogue.starts > at, np.full(len(chance), visitor.base is None)]
    conditions += [np.isnan(chance), redeemed, ~(expected > 0)]
    status = np.select(conditions, list(range(1, len(REASONS))), 0).astype(np.int8)
    eligible = np.flatnonzero(status == 0)
    return Ranking(eligible[np.argsort(-expected[eligible], kind="stable")], propensity, expected, status)


def fill(
    catalogue: Catalogue,
    visitor: Visitor | None,
    placements: Sequence[Placement],
    fallback: Fallback,
    *,
    at: int,
    units: int,
    explain: bool,
) -> tuple[list[Filled], Ranking | None]:
    """Each placement with its offers, no offer twice; ``visitor=None`` (unknown, anonymous) gets the fallback."""
    if visitor is None:
        return [Filled(p.id, [fall_back(fallback, "unknown_visitor")], []) for p in placements], None
    ranking = rank(catalogue, visitor, at=at)
    taken: dict[int, str] = {}
    filled = []
    for placement in placements:
        chosen = [i for i in ranking.order.tolist() if i not in taken][: placement.count]
        items = [choice(catalogue, visitor, ranking, i, units=units) for i in chosen]
        excluded = exclusions(catalogue, ranking, chosen, taken, units=units) if explain else []
        filled.append(Filled(placement.id, items or [fall_back(fallback, "nothing_eligible")], excluded))
        taken |= dict.fromkeys(chosen, placement.id)
    return filled, ranking


def choice(catalogue: Catalogue, visitor: Visitor, ranking: Ranking, place: int, *, units: int) -> Choice:
    """A chosen offer with its figures and why it was chosen."""
    offer = catalogue.offers[place]
    expected = ranking.expected[place] / units
    return Choice(
        offer_id=offer.offer_id,
        name=offer.name,
        campaign_id=offer.campaign_id,
        score=expected,
        propensity=ranking.propensity[place],
        uplift=None,
        expected_value=expected,
        value=offer.value / units,
        cost=offer.cost / units,
        assumed=offer.assumed,
        probability=1.0,  # the ranking is deterministic
        reasons=_why(visitor, offer.campaign_id, visitor.lines[place]),
        is_fallback=False,
    )


def _why(visitor: Visitor, campaign_id: str | None, lines: float) -> list[object]:
    own: list[object] = [{"code": "order_lines_of_its_products", "value": int(lines), "contribution": None}]
    return own + list(visitor.reasons(campaign_id) if campaign_id and campaign_id in visitor.propensity else ())


def fall_back(fallback: Fallback, reason: str) -> Choice:
    """The fallback as a choice."""
    reasons = [{"code": reason, "value": None, "contribution": None}]
    none = dict.fromkeys(("campaign_id", "score", "propensity", "uplift", "expected_value", "value", "cost"))
    return Choice(
        fallback.offer_id, fallback.name, **none, assumed=False, probability=1.0, reasons=reasons, is_fallback=True
    )


def exclusions(
    catalogue: Catalogue, ranking: Ranking, chosen: Sequence[int], taken: Mapping[int, str], *, units: int
) -> list[Excluded]:
    """For every candidate that was not chosen, the reason in a word and in a sentence."""
    fixed = [catalogue.excluded.get(reason) for reason in REASONS]
    out = [of[i] for i, status in enumerate(ranking.status.tolist()) if (of := fixed[status]) is not None]
    least = min((float(ranking.expected[i]) for i in chosen), default=0.0) / units
    for i in [*ranking.order.tolist(), *np.flatnonzero(ranking.status == NO_VALUE).tolist()]:
        if i not in chosen:
            reason, detail = _why_not(ranking, taken, i, least, units=units)
            out.append(Excluded(catalogue.offers[i].offer_id, catalogue.offers[i].campaign_id, reason, detail))
    return out


def _why_not(ranking: Ranking, taken: Mapping[int, str], place: int, least: float, *, units: int) -> tuple[str, str]:
    """Why an offer whose figures were looked at was not chosen."""
    expected = float(ranking.expected[place]) / units
    if ranking.status[place] == NO_VALUE:
        return "no_value", f"Its expected value is {expected:.4g}: it would cost at least what it brings."
    if place in taken:
        return "shown_elsewhere", f"It is shown in placement {taken[place]}."
    return "outranked", f"Its expected value {expected:.4g} is below the {least:.4g} of the last one shown."
