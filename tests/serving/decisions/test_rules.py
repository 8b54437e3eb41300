"""Declared rules over candidates: what they mark, in which order, and that nothing else changes a decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.config.settings import Settings
from features.language.rules.evaluate import MISSING, Cell
from features.language.rules.types import Names
from serving.decisions.candidates.candidates import Candidates
from serving.decisions.candidates.offers import Offer
from serving.decisions.choice.decided import Decided
from serving.decisions.choice.placement import Placement
from serving.decisions.decide import decide
from serving.decisions.explanation.telling import slates
from serving.decisions.facts.facts import Facts
from serving.decisions.setup import Setup
from tests.serving.decisions.sample import AT, offer

SETTINGS = Settings.model_validate(
    {
        "name": "Shop",
        "sources": {},
        "decisions": {
            "candidates": {"columns": {"brand": "text"}},
            "rules": {
                "regulars": "features.orders >= 3",
                "no_wine": {"when": '!("wine" in candidate.tags)', "text": {"en": "No wine is offered"}},
                "dear_for_rich": {"about": "candidate.value > 50", "when": "features.spend >= candidate.value"},
            },
        },
    }
)
NAMES = Names({**SETTINGS.rule_names.spaces, "features": {"orders": "number", "spend": "number"}, "traits": {}})
OFFERS = [
    replace(offer("cheap", None, value=1000), starts=None, ends=None),
    replace(offer("dear", None, value=9000), starts=None, ends=None),
    replace(offer("wine", None, value=9000), starts=None, ends=None, tags=frozenset({"wine"})),
]


def made(
    offers: Sequence[Offer], *, orders: float | None = 3.0, spend: float | None = 100.0, count: int = 1
) -> tuple[Setup, Decided]:
    known = {"features.orders": orders, "features.spend": spend}

    def read(name: str) -> Cell:
        value = known[name]
        return MISSING if value is None else Cell(value)

    candidates = Candidates.of(offers, {})
    setup = Setup.of(SETTINGS, candidates, NAMES)
    facts = Facts(AT, frozenset(), candidates.order_lines({}), {}, lambda _: [], 0.1, read=read)
    return setup, decide(setup, facts, [Placement("home", count)])


def failed(setup: Setup, decided: Decided) -> dict[str, list[str]]:
    """By candidate the names of the rules that it fails."""
    checks = decided.failing.checks.all
    return {
        each.offer_id: [checks[place].name for place in decided.failing.of(number) if checks[place].code == "rule"]
        for number, each in enumerate(setup.candidates.offers)
    }


@pytest.mark.parametrize(
    ("orders", "spend", "wanted"),
    [
        (3.0, 100.0, {"cheap": [], "dear": [], "wine": ["no_wine"]}),
        (2.0, 100.0, {"cheap": ["regulars"], "dear": ["regulars"], "wine": ["regulars", "no_wine"]}),
        (3.0, 80.0, {"cheap": [], "dear": ["dear_for_rich"], "wine": ["no_wine", "dear_for_rich"]}),
        # What is missing makes a rule fail, of the candidates that it is about.
        (3.0, None, {"cheap": [], "dear": ["dear_for_rich"], "wine": ["no_wine", "dear_for_rich"]}),
        (None, 100.0, {"cheap": ["regulars"], "dear": ["regulars"], "wine": ["regulars", "no_wine"]}),
    ],
)
def test_each_rule_is_a_bit(orders: float | None, spend: float | None, wanted: dict[str, list[str]]) -> None:
    setup, decided = made(OFFERS, orders=orders, spend=spend)
    assert failed(setup, decided) == wanted
    eligible = {name for name, rules in wanted.items() if not rules}
    assert {setup.candidates.offers[place].offer_id for place in decided.order} == eligible


def test_a_rule_is_told_with_what_would_have_to_change_and_in_full_with_all_others() -> None:
    setup, decided = made(OFFERS, orders=2.0, spend=80.0)
    (slate,) = slates(setup.telling, decided, explain="full")
    told = {out.offer_id: out for each in slate.excluded for out in each.offers}
    assert {each.reason for each in slate.excluded} == {"rule"}
    assert (told["wine"].params, told["wine"].detail) == (
        {"rule": "regulars"},
        "Rule regulars does not hold: features.orders is 2 and must be at least 3.",
    )
    assert [(each.code, each.params, each.detail) for each in vars(told["wine"])["also"]] == [
        ("rule", {"rule": "no_wine"}, "No wine is offered: candidate.tags is wine and must be without wine."),
        (
            "rule",
            {"rule": "dear_for_rich"},
            "Rule dear_for_rich does not hold: features.spend is 80 and must be at least candidate.value (90).",
        ),
    ]


OFFER = st.builds(
    lambda name, value, cost, tags: replace(
        offer(f"o{name}", None, value=value, cost=cost), starts=None, ends=None, tags=frozenset(tags)
    ),
    st.integers(0, 20),
    st.integers(0, 9000),
    st.integers(0, 4000),
    st.sets(st.sampled_from(["wine", "tea"])),
)
MANY = st.lists(OFFER, max_size=6, unique_by=lambda each: each.offer_id)


def picked(offers: Sequence[Offer], *, orders: float, spend: float) -> list[tuple[str, float]]:
    setup, decided = made(offers, orders=orders, spend=spend, count=3)
    return [
        (setup.candidates.offers[pick.place].offer_id, float(decided.worth.expected_values[pick.place]))
        for pick in decided.picks[0]
    ]


TWINS = [replace(OFFERS[0], offer_id=name) for name in "abcd"]  # worth the same: their ids decide


@given(st.permutations([*OFFERS, *TWINS]), st.sampled_from([2.0, 3.0]), st.sampled_from([20.0, 80.0]))
def test_the_order_of_candidates_changes_nothing(shuffled: list[Offer], orders: float, spend: float) -> None:
    wanted = picked([*OFFERS, *TWINS], orders=orders, spend=spend)
    assert picked(shuffled, orders=orders, spend=spend) == wanted


@given(MANY, OFFER, st.sampled_from([20.0, 80.0]))
def test_a_candidate_that_is_not_eligible_changes_nothing(offers: list[Offer], more: Offer, spend: float) -> None:
    # Of a campaign of its own: candidates of one campaign share what a customer buys of it.
    out = replace(more, offer_id="out", campaign_id="c9", membership="anyone", tags=frozenset({"wine"}))
    assert picked([*offers, out], orders=3.0, spend=spend) == picked(offers, orders=3.0, spend=spend)


@given(MANY, st.sampled_from([2.0, 3.0]), st.sampled_from([20.0, 80.0]))
def test_a_decision_is_a_function_of_what_it_is_made_from(offers: list[Offer], orders: float, spend: float) -> None:
    (setup, first), (_, again) = (made(offers, orders=orders, spend=spend) for _ in range(2))
    assert np.array_equal(first.failing.bits, again.failing.bits)
    assert np.array_equal(first.worth.expected_values, again.worth.expected_values)
    assert (first.order.tolist(), first.picks) == (again.order.tolist(), again.picks)
    facts = first.facts
    same = decide(setup, facts, first.placements)
    assert same.picks == first.picks
