from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.config.offers import Fallback
from serving.decisions.arbitration import VERDICTS, Visitor, rank
from serving.decisions.candidates import SMOOTHING, Candidates
from serving.decisions.offers import Offer
from serving.decisions.placements import Placement, select

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


def test_popularity_is_everybodys_share_within_a_campaign() -> None:
    # c: tea, late and soon have the 3 lines of a each, cake and dear the 1 of b: 11 in all. d and none: never sold.
    shares = {"tea": 3 / 11, "cake": 1 / 11, "late": 3 / 11, "soon": 3 / 11, "dear": 1 / 11, "far": 1.0, "free": 1.0}
    assert {offer: CANDIDATES.popularity[place] for offer, place in PLACE.items()} == pytest.approx(shares)


def test_shares_start_from_everybodys_and_move_to_ones_own() -> None:
    nobody = CANDIDATES.shares(CANDIDATES.order_lines({}))
    assert nobody == pytest.approx(CANDIDATES.popularity)
    # 10 lines of b: cake and dear have 10 lines each of the campaign's 20.
    often = CANDIDATES.shares(CANDIDATES.order_lines({"b": 10, "unheard": 5}))
    assert often[PLACE["cake"]] == pytest.approx((10 + SMOOTHING / 11) / (20 + SMOOTHING))
    for group in range(3):
        assert often[CANDIDATES.group == group].sum() == pytest.approx(1)


def test_eligible_offers_are_ranked_by_expected_value() -> None:
    ranking = rank(CANDIDATES, visitor({"b": 10}), as_of=AT)
    assert [CANDIDATES.offers[i].offer_id for i in ranking.order] == ["cake", "free", "tea"]
    assert ranking.propensities[PLACE["cake"]] == pytest.approx(0.5 * (10 + SMOOTHING / 11) / (20 + SMOOTHING))
    assert ranking.expected_values[PLACE["cake"]] == pytest.approx(ranking.propensities[PLACE["cake"]] * 1000)
    assert ranking.propensities[PLACE["free"]] == pytest.approx(0.1)  # no campaign's score applies: the base


def test_each_candidate_that_is_not_chosen_says_why() -> None:
    (selection,), _ = select(
        CANDIDATES,
        visitor({"b": 10}, redeemed="cake"),
        [Placement("home", 1)],
        FALLBACK,
        as_of=AT,
        units=100,
        explain=True,
    )
    assert [item.offer_id for item in selection.choices] == ["free"]
    assert {out.offer_id: out.reason for out in selection.exclusions} == {
        "tea": "outranked",
        "cake": "already_redeemed",
        "late": "expired",
        "soon": "not_started",
        "dear": "no_value",
        "far": "not_contacted",
    }
    assert all(out.detail.endswith(".") for out in selection.exclusions)


def test_a_choice_carries_its_figures_in_currency_units_and_its_reasons() -> None:
    (selection,), _ = select(
        CANDIDATES, visitor({"b": 10}), [Placement("home", 1)], FALLBACK, as_of=AT, units=100, explain=False
    )
    (item,) = selection.choices
    assert (item.offer_id, item.value, item.cost, item.uplift, item.probability) == ("cake", 10.0, 0.0, None, 1.0)
    assert item.propensity is not None
    assert item.score == item.expected_value == pytest.approx(item.propensity * 10)
    assert item.reasons == [
        {"code": "order_lines_of_its_products", "value": 10, "contribution": None},
        {"code": "why c"},
    ]
    assert selection.exclusions == []


def test_no_offer_is_shown_in_two_placements() -> None:
    selections, _ = select(
        CANDIDATES,
        visitor({"b": 10}),
        [Placement("top", 2), Placement("side", 2), Placement("foot", 1)],
        FALLBACK,
        as_of=AT,
        units=100,
        explain=True,
    )
    assert [[item.offer_id for item in each.choices] for each in selections] == [["cake", "free"], ["tea"], ["flyer"]]
    assert {out.offer_id for out in selections[1].exclusions if out.reason == "shown_elsewhere"} == {"cake", "free"}
    (last,) = selections[2].choices
    assert last.is_fallback
    assert last.reasons == [{"code": "nothing_eligible", "value": None, "contribution": None}]


@pytest.mark.parametrize("candidates", [CANDIDATES, Candidates.of([], {})])
def test_an_unknown_visitor_gets_the_fallback(candidates: Candidates) -> None:
    (selection,), ranking = select(
        candidates, None, [Placement("home", 3)], FALLBACK, as_of=AT, units=100, explain=True
    )
    assert ranking is None
    assert [(item.offer_id, item.name, item.is_fallback, item.probability) for item in selection.choices] == [
        ("flyer", "This week's flyer", True, 1.0)
    ]


def test_without_a_redemption_model_or_without_offers_the_fallback_says_so() -> None:
    unable = visitor({"b": 10}, base=None)
    (selection,), _ = select(CANDIDATES, unable, [Placement("home", 1)], FALLBACK, as_of=AT, units=100, explain=True)
    assert selection.choices[0].is_fallback
    assert {out.reason for out in selection.exclusions} == {"no_model", "expired", "not_started"}
    bare = Candidates.of([], {})
    nobody = Visitor(frozenset(), np.empty(0), {}, lambda _: [], 0.1)
    (selection,), _ = select(bare, nobody, [Placement("home", 1)], FALLBACK, as_of=AT, units=100, explain=True)
    assert selection.choices[0].is_fallback


def test_equal_offers_come_in_the_order_of_their_ids() -> None:
    twins = Candidates.of([offer(o, "c", o) for o in "bca"], {})
    same = Visitor(frozenset(), twins.order_lines({}), {"c": 0.5}, lambda _: [], 0.1)
    assert [twins.offers[i].offer_id for i in rank(twins, same, as_of=AT).order] == ["a", "b", "c"]


# An offer's reach (campaign c has reached the visitor, d has not), validity, worth, and whether it was redeemed, with
# why it is out, and why it is without a redemption model. Of two reasons the first in the order of time, model,
# contact, redemption, worth holds.
STANDINGS = [
    ("always", "c", (None, None), 10, False, "eligible", "no_model"),
    ("starts now", "c", (AT, None), 10, False, "eligible", "no_model"),
    ("ends now", "c", (None, AT), 10, False, "eligible", "no_model"),
    ("now only", "c", (AT, AT), 10, False, "eligible", "no_model"),
    ("over", "c", (None, AT - 1), 10, False, "expired", "expired"),
    ("soon", "c", (AT + 1, None), 10, False, "not_started", "not_started"),
    ("over before it starts", "c", (AT + 1, AT - 1), 10, False, "expired", "expired"),
    ("over and unreached", "d", (None, AT - 1), 10, False, "expired", "expired"),
    ("over and redeemed", "c", (None, AT - 1), 10, True, "expired", "expired"),
    ("over and worthless", "c", (None, AT - 1), 0, False, "expired", "expired"),
    ("soon and unreached", "d", (AT + 1, None), 10, False, "not_started", "not_started"),
    ("soon and redeemed", "c", (AT + 1, None), 10, True, "not_started", "not_started"),
    ("unreached", "d", (None, None), 10, False, "not_contacted", "no_model"),
    ("unreached and redeemed", "d", (None, None), 10, True, "not_contacted", "no_model"),
    ("unreached and worthless", "d", (None, None), 0, False, "not_contacted", "no_model"),
    ("redeemed", "c", (None, None), 10, True, "already_redeemed", "no_model"),
    ("redeemed and worthless", "c", (None, None), 0, True, "already_redeemed", "no_model"),
    ("worth nothing", "c", (None, None), 0, False, "no_value", "no_model"),
    ("dear", "c", (None, None), -1, False, "no_value", "no_model"),
    ("of no campaign", None, (None, None), 10, False, "eligible", "no_model"),
    ("of no campaign, redeemed", None, (None, None), 10, True, "already_redeemed", "no_model"),
]


@pytest.mark.parametrize("model", [True, False])
def test_the_first_reason_of_an_offer_is_the_one_told(model: bool) -> None:  # noqa: FBT001
    offers = [
        Offer(name, "offer", name, campaign, *valid, 100 + worth, 100, frozenset(), assumed=False)
        for name, campaign, valid, worth, *_ in STANDINGS
    ]
    candidates = Candidates.of(offers, {})
    redemptions = frozenset((campaign, name) for name, campaign, _, _, redeemed, *_ in STANDINGS if redeemed)
    chances, base = ({"c": 0.5}, 0.1) if model else ({}, None)
    someone = Visitor(redemptions, candidates.order_lines({}), chances, lambda _: [], base)
    wanted = {name: with_model if model else without for name, *_, with_model, without in STANDINGS}
    verdicts = rank(candidates, someone, as_of=AT).verdicts
    assert {o.offer_id: VERDICTS[v] for o, v in zip(candidates.offers, verdicts, strict=True)} == wanted
    (selection,), _ = select(candidates, someone, [Placement("all", 99)], FALLBACK, as_of=AT, units=100, explain=True)
    out = {each.offer_id: each.reason for each in selection.exclusions}
    assert out == {name: reason for name, reason in wanted.items() if reason != "eligible"}
    assert len(selection.exclusions) == len(out)


def test_what_was_redeemed_is_that_offer_of_that_campaign_or_of_all_where_none_is_named() -> None:
    candidates = Candidates.of([offer("tea", "c"), offer("tea", "d"), offer("cup", "c"), offer("cup", "d")], {})
    redemptions = frozenset({("c", "tea"), (None, "cup"), ("c", "unheard")})
    someone = Visitor(redemptions, candidates.order_lines({}), {"c": 0.5, "d": 0.5}, lambda _: [], 0.1)
    verdicts = rank(candidates, someone, as_of=AT).verdicts
    assert [(o.offer_id, o.campaign_id, VERDICTS[v]) for o, v in zip(candidates.offers, verdicts, strict=True)] == [
        ("cup", "c", "already_redeemed"),
        ("cup", "d", "already_redeemed"),
        ("tea", "c", "already_redeemed"),
        ("tea", "d", "eligible"),
    ]


HOUR = 3_600_000_000


def test_an_exclusion_says_its_figures_and_moments() -> None:
    # A campaign an offer: the whole share falls on it, so that expected value = chance × (value − cost) / 100.
    chances = {"a": 0.5, "b": 0.4, "c": 0.3, "d": 0.2, "e": 0.1}
    offers = [replace(offer(each, each), starts=None, ends=None) for each in chances]
    offers[4] = replace(offers[4], cost=3000)  # 0.1 × (10.00 − 30.00) = −2.00
    offers += [replace(offer("f", "a"), starts=0, ends=2 * HOUR), replace(offer("g", "a"), starts=8 * HOUR, ends=None)]
    offers += [replace(offer("h", "z"), starts=None, ends=None)]
    candidates = Candidates.of([replace(each, item_ids=frozenset(each.offer_id)) for each in offers], {"a": 1})
    someone = Visitor(frozenset(), candidates.order_lines({}), chances, lambda _: [], 0.1)
    places = [Placement("top", 2), Placement("side", 1)]
    (top, side), _ = select(candidates, someone, places, FALLBACK, as_of=3 * HOUR, units=100, explain=True)
    assert [[item.offer_id for item in each.choices] for each in (top, side)] == [["a", "b"], ["c"]]
    fixed = {
        ("f", "expired", "It ended at 1970-01-01 02:00 UTC."),
        ("g", "not_started", "It starts at 1970-01-01 08:00 UTC."),
        ("h", "not_contacted", "Campaign z has not reached this customer."),
        ("e", "no_value", "Its expected value is -2: it would cost at least what it brings."),
    }
    assert {(out.offer_id, out.reason, out.detail) for out in top.exclusions} == fixed | {
        ("c", "outranked", "Its expected value 3 is below the 4 of the last one shown."),
        ("d", "outranked", "Its expected value 2 is below the 4 of the last one shown."),
    }
    assert {(out.offer_id, out.reason, out.detail) for out in side.exclusions} == fixed | {
        ("a", "shown_elsewhere", "It is shown in placement top."),
        ("b", "shown_elsewhere", "It is shown in placement top."),
        ("d", "outranked", "Its expected value 2 is below the 3 of the last one shown."),
    }


def test_equal_offers_of_one_id_come_in_the_order_of_their_campaigns_and_fill_placements_once_each() -> None:
    twins = Candidates.of([offer(o, c, o) for o in "ba" for c in "dc"], {})
    same = Visitor(frozenset(), twins.order_lines({}), {"c": 0.5, "d": 0.5}, lambda _: [], 0.1)
    places = [Placement("top", 1), Placement("side", 2), Placement("foot", 2)]
    selections, _ = select(twins, same, places, FALLBACK, as_of=AT, units=100, explain=False)
    shown = [[(item.offer_id, item.campaign_id) for item in each.choices] for each in selections]
    assert shown == [[("a", "c")], [("a", "d"), ("b", "c")], [("b", "d")]]
