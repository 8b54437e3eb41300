from __future__ import annotations

from dataclasses import replace

import pytest

from serving.decisions.candidates.candidates import Candidates
from serving.decisions.choice.placement import Placement
from serving.decisions.explanation.exclusion import Exclusion
from serving.decisions.explanation.slates import Slate
from serving.decisions.setup import Setup
from tests.serving.decisions.sample import CANDIDATES, SETTINGS, customer, facts, offer, shown


def told(slate: Slate) -> list[tuple[str, Exclusion]]:
    """Each offer that a slate tells why it does not show, with the reason."""
    return [(each.reason, out) for each in slate.excluded for out in each.offers]


def test_each_candidate_that_is_not_chosen_says_why() -> None:
    (slate,) = shown(CANDIDATES, customer({"b": 10}, redeemed="cake"), [Placement("home", 1)])
    assert [item.offer_id for item in slate.choices] == ["free"]
    assert {out.offer_id: reason for reason, out in told(slate)} == {
        "tea": "outranked",
        "cake": "already_redeemed",
        "late": "expired",
        "soon": "not_started",
        "dear": "no_value",
        "far": "not_contacted",
    }
    assert all(out.detail.endswith(".") for _, out in told(slate))


def test_a_choice_carries_its_figures_in_currency_units_and_its_reasons() -> None:
    (slate,) = shown(CANDIDATES, customer({"b": 10}), [Placement("home", 1)], "none")
    (item,) = slate.choices
    assert (item.offer_id, item.value, item.cost, item.uplift, item.probability) == ("cake", "10.00", "0.00", None, 1.0)
    assert item.propensity is not None
    assert item.score == item.expected_value == pytest.approx(item.propensity * 10)
    assert item.reasons == [
        {
            "code": "order_lines_of_its_products",
            "value": 10,
            "usual": None,
            "contribution": None,
            "text": "bought its products 10 times",
        },
        {"code": "why c"},
    ]
    assert slate.excluded == []


def test_no_offer_is_shown_in_two_placements() -> None:
    places = [Placement("top", 2), Placement("side", 2), Placement("foot", 1)]
    slates = shown(CANDIDATES, customer({"b": 10}), places)
    assert [[item.offer_id for item in each.choices] for each in slates] == [["cake", "free"], ["tea"], ["flyer"]]
    assert {out.offer_id for reason, out in told(slates[1]) if reason == "shown_elsewhere"} == {"cake", "free"}
    (last,) = slates[2].choices
    assert last.is_fallback
    none = dict.fromkeys(("value", "usual", "contribution"))
    text = "No offer may be shown to this customer."
    assert last.reasons == [{"code": "nothing_eligible", **none, "text": text}]


@pytest.mark.parametrize("candidates", [CANDIDATES, Candidates.of([], {})])
def test_an_unknown_visitor_gets_the_fallback(candidates: Candidates) -> None:
    (slate,) = Setup.of(SETTINGS, candidates).telling.unknown_visitor([Placement("home", 3)])
    assert [(item.offer_id, item.name, item.is_fallback, item.probability) for item in slate.choices] == [
        ("flyer", "This week's flyer", True, 1.0)
    ]


def test_without_a_redemption_model_or_without_offers_the_fallback_says_so() -> None:
    (slate,) = shown(CANDIDATES, customer({"b": 10}, base=None), [Placement("home", 1)])
    assert slate.choices[0].is_fallback
    assert {out.reason for out in slate.excluded} == {"no_model", "expired", "not_started"}
    bare = Candidates.of([], {})
    (slate,) = shown(bare, facts(bare), [Placement("home", 1)])
    assert slate.choices[0].is_fallback


HOUR = 3_600_000_000


def test_an_exclusion_says_its_figures_and_moments() -> None:
    # A campaign an offer: the whole share falls on it, so that expected value = chance × (value − cost) / 100.
    chances = {"a": 0.5, "b": 0.4, "c": 0.3, "d": 0.2, "e": 0.1}
    offers = [replace(offer(each, each), starts=None, ends=None) for each in chances]
    offers[4] = replace(offers[4], cost=3000)  # 0.1 × (10.00 − 30.00) = −2.00
    offers += [replace(offer("f", "a"), starts=0, ends=2 * HOUR), replace(offer("g", "a"), starts=8 * HOUR, ends=None)]
    offers += [replace(offer("h", "z"), starts=None, ends=None)]
    candidates = Candidates.of([replace(each, item_ids=frozenset(each.offer_id)) for each in offers], {"a": 1})
    places = [Placement("top", 2), Placement("side", 1)]
    top, side = shown(candidates, facts(candidates, scores=chances, as_of=3 * HOUR), places)
    assert [[item.offer_id for item in each.choices] for each in (top, side)] == [["a", "b"], ["c"]]
    fixed = {
        ("f", "expired", "It ended at 1970-01-01 02:00 UTC."),
        ("g", "not_started", "It starts at 1970-01-01 08:00 UTC."),
        ("h", "not_contacted", "Campaign z has not reached this customer."),
        ("e", "no_value", "Its expected value is -2: it would cost at least what it brings."),
    }
    assert {(out.offer_id, reason, out.detail) for reason, out in told(top)} == fixed | {
        ("c", "outranked", "Its expected value 3 is below the 4 of the last one shown."),
        ("d", "outranked", "Its expected value 2 is below the 4 of the last one shown."),
    }
    assert {(out.offer_id, reason, out.detail) for reason, out in told(side)} == fixed | {
        ("a", "shown_elsewhere", "It is shown in placement top."),
        ("b", "shown_elsewhere", "It is shown in placement top."),
        ("d", "outranked", "Its expected value 2 is below the 3 of the last one shown."),
    }


def test_the_parameters_of_an_exclusion_are_bare_values() -> None:
    chances = {"a": 0.5, "b": 0.4}
    offers = [replace(offer(each, each), starts=None, ends=None, item_ids=frozenset(each)) for each in chances]
    offers += [replace(offer("f", "a"), starts=0, ends=2 * HOUR), replace(offer("h", "z"), starts=None, ends=None)]
    candidates = Candidates.of(offers, {"a": 1})
    (slate,) = shown(candidates, facts(candidates, scores=chances, as_of=3 * HOUR), [Placement("top")])
    assert {out.offer_id: (out.name, out.params) for _, out in told(slate)} == {
        "b": ("B", {"expected": 4.0, "least": 5.0}),
        "f": ("F", {"ends": "1970-01-01T02:00:00Z"}),
        "h": ("H", {"campaign_id": "z"}),
    }


def test_a_summary_counts_every_offer_and_tells_three_of_each_reason() -> None:
    many = Candidates.of([replace(offer(f"o{n}", "c"), starts=None, ends=0) for n in range(7)], {})
    (slate,) = shown(many, facts(many, as_of=HOUR), [Placement("top")], "summary")
    (barred,) = Setup.of(SETTINGS, many).telling.nothing([Placement("top")], "no_consent", explain="summary")
    for each, reason in ((slate, "expired"), (barred, "no_consent")):
        (out,) = each.excluded
        assert (out.reason, out.count, [offer.offer_id for offer in out.offers]) == (reason, 7, ["o0", "o1", "o2"])


def test_equal_offers_of_one_id_come_in_the_order_of_their_campaigns_and_fill_placements_once_each() -> None:
    twins = Candidates.of([offer(o, c, o) for o in "ba" for c in "dc"], {})
    places = [Placement("top", 1), Placement("side", 2), Placement("foot", 2)]
    slates = shown(twins, facts(twins, scores={"c": 0.5, "d": 0.5}), places, "none")
    assert [[(item.offer_id, item.campaign_id) for item in each.choices] for each in slates] == [
        [("a", "c")],
        [("a", "d"), ("b", "c")],
        [("b", "d")],
    ]
