"""Seven offers of three campaigns, and a visitor who may get some of them."""

from __future__ import annotations

from dataclasses import replace

from features.config.sections.offers import Fallback
from serving.decisions.arbitration import Visitor
from serving.decisions.candidates import Candidates
from serving.decisions.offers import Offer

AT = 100
FALLBACK = Fallback(offer_id="flyer", name="This week's flyer")


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


def visitor(counts: dict[str, int], *, redeemed: str = "", base: float | None = 0.1) -> Visitor:
    redemptions = frozenset({("c", redeemed)} if redeemed else ())
    return Visitor(
        redemptions, CANDIDATES.order_lines(counts), {"c": 0.5}, lambda campaign: [{"code": f"why {campaign}"}], base
    )
