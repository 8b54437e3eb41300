"""Seven offers of three campaigns, and a visitor who may get some of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from features.config.settings import Settings
from serving.decisions.candidates.candidates import Candidates
from serving.decisions.candidates.offers import Offer
from serving.decisions.choice.decided import Decided
from serving.decisions.choice.placement import Placement
from serving.decisions.decide import decide
from serving.decisions.explanation.slates import Explain, Slate
from serving.decisions.explanation.telling import slates
from serving.decisions.facts.facts import Facts
from serving.decisions.setup import Setup

AT = 100
SETTINGS = Settings.model_validate(
    {"name": "Shop", "sources": {}, "offers": {"fallback": {"offer_id": "flyer", "name": "This week's flyer"}}}
)


def offer(offer_id: str, campaign: str | None = "c", items: str = "", *, value: int = 1000, cost: int = 0) -> Offer:
    return Offer(offer_id, "offer", offer_id.title(), campaign, 50, 150, value, cost, frozenset(items), assumed=False)


# Everybody buys items a and b of campaign c three to one; x and y belong to campaign d, never sold; n to no campaign.
OFFERS = [
    offer("tea", "c", "a"),
    offer("cake", "c", "b"),
    offer("late", "c", "a"),
    offer("soon", "c", "a"),
    offer("dear", "c", "b", value=10, cost=10),
    offer("far", "d", "xy"),
    offer("free", None, "n"),
]
OFFERS[2] = replace(OFFERS[2], ends=AT - 1)
OFFERS[3] = replace(OFFERS[3], starts=AT + 1)
CANDIDATES = Candidates.of(OFFERS, {"a": 3, "b": 1})
PLACE = {offer.offer_id: i for i, offer in enumerate(CANDIDATES.offers)}


def customer(counts: dict[str, int], *, redeemed: str = "", base: float | None = 0.1) -> Facts:
    redemptions = frozenset({("c", redeemed)} if redeemed else ())
    return facts(CANDIDATES, counts, redemptions=redemptions, base=base)


def facts(
    candidates: Candidates,
    counts: Mapping[str, int] | None = None,
    *,
    redemptions: frozenset[tuple[str | None, str]] = frozenset(),
    scores: Mapping[str, float] | None = None,
    base: float | None = 0.1,
    as_of: int = AT,
) -> Facts:
    """The facts of somebody whom campaign c has reached, if nothing else is said."""
    lines, by_campaign = candidates.order_lines(counts or {}), {"c": 0.5} if scores is None else scores
    return Facts(as_of, redemptions, lines, by_campaign, lambda campaign: [{"code": f"why {campaign}"}], base)


def decided(candidates: Candidates, facts: Facts, placements: Sequence[Placement] = ()) -> Decided:
    return decide(Setup.of(SETTINGS, candidates), facts, placements)


def shown(
    candidates: Candidates, facts: Facts, placements: Sequence[Placement], explain: Explain = "full"
) -> list[Slate]:
    setup = Setup.of(SETTINGS, candidates)
    return slates(setup.telling, decide(setup, facts, placements), explain=explain)


def reasons(decided: Decided) -> list[str]:
    """Of each candidate the first check that it fails, or that it is eligible."""
    checks = decided.failing.checks.all
    return ["eligible" if first < 0 else checks[first].code for first in decided.failing.first.tolist()]
