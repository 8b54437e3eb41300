from __future__ import annotations

import pytest

from serving.decisions.candidates.candidates import SMOOTHING, Candidates
from serving.decisions.candidates.offers import Offer
from serving.decisions.choice.placement import Placement
from tests.serving.decisions.sample import AT, CANDIDATES, PLACE, customer, decided, facts, offer, reasons, shown


def test_eligible_offers_are_ranked_by_expected_value() -> None:
    made = decided(CANDIDATES, customer({"b": 10}))
    propensities, expected_values = made.worth.propensities, made.worth.expected_values
    assert [CANDIDATES.offers[i].offer_id for i in made.order] == ["cake", "free", "tea"]
    assert propensities[PLACE["cake"]] == pytest.approx(0.5 * (10 + SMOOTHING / 11) / (20 + SMOOTHING))
    assert expected_values[PLACE["cake"]] == pytest.approx(propensities[PLACE["cake"]] * 1000)
    assert propensities[PLACE["free"]] == pytest.approx(0.1)  # no campaign's score applies: the base


def test_equal_offers_come_in_the_order_of_their_ids() -> None:
    twins = Candidates.of([offer(o, "c", o) for o in "bca"], {})
    assert [twins.offers[i].offer_id for i in decided(twins, facts(twins)).order] == ["a", "b", "c"]


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
    scores, base = ({"c": 0.5}, 0.1) if model else ({}, None)
    someone = facts(candidates, redemptions=redemptions, scores=scores, base=base)
    wanted = {name: with_model if model else without for name, *_, with_model, without in STANDINGS}
    found = reasons(decided(candidates, someone))
    assert {o.offer_id: reason for o, reason in zip(candidates.offers, found, strict=True)} == wanted
    (slate,) = shown(candidates, someone, [Placement("all", 99)])
    out = {each.offer_id: by_reason.reason for by_reason in slate.excluded for each in by_reason.offers}
    assert out == {name: reason for name, reason in wanted.items() if reason != "eligible"}
    assert sum(by_reason.count for by_reason in slate.excluded) == len(out)


def test_what_was_redeemed_is_that_offer_of_that_campaign_or_of_all_where_none_is_named() -> None:
    candidates = Candidates.of([offer("tea", "c"), offer("tea", "d"), offer("cup", "c"), offer("cup", "d")], {})
    redemptions = frozenset({("c", "tea"), (None, "cup"), ("c", "unheard")})
    someone = facts(candidates, redemptions=redemptions, scores={"c": 0.5, "d": 0.5})
    found = reasons(decided(candidates, someone))
    assert [(o.offer_id, o.campaign_id, reason) for o, reason in zip(candidates.offers, found, strict=True)] == [
        ("cup", "c", "already_redeemed"),
        ("cup", "d", "already_redeemed"),
        ("tea", "c", "already_redeemed"),
        ("tea", "d", "eligible"),
    ]
