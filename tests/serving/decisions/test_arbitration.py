from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.config.offers import Fallback
from serving.decisions.arbitration import Placement, Visitor, fill, rank
from serving.decisions.catalogue import SMOOTHING, Catalogue
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
CATALOGUE = Catalogue.of(OFFERS, {"a": 3, "b": 1})
PLACE = {offer.offer_id: i for i, offer in enumerate(CATALOGUE.offers)}


def visitor(counts: dict[str, int], *, redeemed: str = "", base: float | None = 0.1) -> Visitor:
    taken = frozenset({("c", redeemed)} if redeemed else ())
    return Visitor(taken, CATALOGUE.lines(counts), {"c": 0.5}, lambda campaign: [{"code": f"why {campaign}"}], base)


def test_popularity_is_everybodys_share_within_a_campaign() -> None:
    # c: tea, late and soon have the 3 lines of a each, cake and dear the 1 of b: 11 in all. d and none: never sold.
    shares = {"tea": 3 / 11, "cake": 1 / 11, "late": 3 / 11, "soon": 3 / 11, "dear": 1 / 11, "far": 1.0, "free": 1.0}
    assert {offer: CATALOGUE.popularity[place] for offer, place in PLACE.items()} == pytest.approx(shares)


def test_shares_start_from_everybodys_and_move_to_ones_own() -> None:
    nobody = CATALOGUE.shares(CATALOGUE.lines({}))
    assert nobody == pytest.approx(CATALOGUE.popularity)
    # 10 lines of b: cake and dear have 10 lines each of the campaign's 20.
    often = CATALOGUE.shares(CATALOGUE.lines({"b": 10, "unheard": 5}))
    assert often[PLACE["cake"]] == pytest.approx((10 + SMOOTHING / 11) / (20 + SMOOTHING))
    for group in range(3):
        assert often[CATALOGUE.group == group].sum() == pytest.approx(1)


def test_eligible_offers_are_ranked_by_expected_value() -> None:
    ranking = rank(CATALOGUE, visitor({"b": 10}), at=AT)
    assert [CATALOGUE.offers[i].offer_id for i in ranking.order] == ["cake", "free", "tea"]
    assert ranking.propensity[PLACE["cake"]] == pytest.approx(0.5 * (10 + SMOOTHING / 11) / (20 + SMOOTHING))
    assert ranking.expected[PLACE["cake"]] == pytest.approx(ranking.propensity[PLACE["cake"]] * 1000)
    assert ranking.propensity[PLACE["free"]] == pytest.approx(0.1)  # no campaign's score applies: the base


def test_each_candidate_that_is_not_chosen_says_why() -> None:
    (filled,), _ = fill(
        CATALOGUE, visitor({"b": 10}, redeemed="cake"), [Placement("home", 1)], FALLBACK, at=AT, units=100, explain=True
    )
    assert [item.offer_id for item in filled.items] == ["free"]
    assert {out.offer_id: out.reason for out in filled.excluded} == {
        "tea": "outranked",
        "cake": "already_redeemed",
        "late": "expired",
        "soon": "not_started",
        "dear": "no_value",
        "far": "not_contacted",
    }
    assert all(out.detail.endswith(".") for out in filled.excluded)


def test_a_choice_carries_its_figures_in_currency_units_and_its_reasons() -> None:
    (filled,), _ = fill(
        CATALOGUE, visitor({"b": 10}), [Placement("home", 1)], FALLBACK, at=AT, units=100, explain=False
    )
    (item,) = filled.items
    assert (item.offer_id, item.value, item.cost, item.uplift, item.probability) == ("cake", 10.0, 0.0, None, 1.0)
    assert item.propensity is not None
    assert item.score == item.expected_value == pytest.approx(item.propensity * 10)
    assert item.reasons == [
        {"code": "order_lines_of_its_products", "value": 10, "contribution": None},
        {"code": "why c"},
    ]
    assert filled.excluded == []


def test_no_offer_is_shown_in_two_placements() -> None:
    filled, _ = fill(
        CATALOGUE,
        visitor({"b": 10}),
        [Placement("top", 2), Placement("side", 2), Placement("foot", 1)],
        FALLBACK,
        at=AT,
        units=100,
        explain=True,
    )
    assert [[item.offer_id for item in place.items] for place in filled] == [["cake", "free"], ["tea"], ["flyer"]]
    assert {out.offer_id for out in filled[1].excluded if out.reason == "shown_elsewhere"} == {"cake", "free"}
    (last,) = filled[2].items
    assert last.is_fallback
    assert last.reasons == [{"code": "nothing_eligible", "value": None, "contribution": None}]


@pytest.mark.parametrize("catalogue", [CATALOGUE, Catalogue.of([], {})])
def test_an_unknown_visitor_gets_the_fallback(catalogue: Catalogue) -> None:
    (filled,), ranking = fill(catalogue, None, [Placement("home", 3)], FALLBACK, at=AT, units=100, explain=True)
    assert ranking is None
    assert [(item.offer_id, item.name, item.is_fallback, item.probability) for item in filled.items] == [
        ("flyer", "This week's flyer", True, 1.0)
    ]


def test_without_a_redemption_model_or_without_offers_the_fallback_says_so() -> None:
    unable = visitor({"b": 10}, base=None)
    (filled,), _ = fill(CATALOGUE, unable, [Placement("home", 1)], FALLBACK, at=AT, units=100, explain=True)
    assert filled.items[0].is_fallback
    assert {out.reason for out in filled.excluded} == {"no_model", "expired", "not_started"}
    bare = Catalogue.of([], {})
    nobody = Visitor(frozenset(), np.empty(0), {}, lambda _: [], 0.1)
    (filled,), _ = fill(bare, nobody, [Placement("home", 1)], FALLBACK, at=AT, units=100, explain=True)
    assert filled.items[0].is_fallback


def test_equal_offers_come_in_the_order_of_their_ids() -> None:
    twins = Catalogue.of([offer(o, "c", o) for o in "bca"], {})
    same = Visitor(frozenset(), twins.lines({}), {"c": 0.5}, lambda _: [], 0.1)
    assert [twins.offers[i].offer_id for i in rank(twins, same, at=AT).order] == ["a", "b", "c"]
