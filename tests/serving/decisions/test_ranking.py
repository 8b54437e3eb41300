"""How candidates are ranked: by factors, by priority, by a formula."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.config.sections.decisions.decisions import DecisionSettings
from serving.decisions.candidates.candidates import Candidates
from serving.decisions.candidates.offers import Offer
from serving.decisions.choice.decided import Decided
from serving.decisions.choice.placement import Placement
from serving.decisions.decide import decide
from serving.decisions.explanation.telling import slates
from serving.decisions.setup import Setup
from tests.serving.decisions.sample import SETTINGS, facts, offer, reasons

# Three offers of one campaign that are taken alike often, worth 10, 20 and 30.
TEA, CUP, JAM = (
    offer(name, "c", name[0], value=value) for name, value in (("tea", 1000), ("cup", 2000), ("jam", 3000))
)


def setup(offers: list[Offer], arbitration: dict[str, object]) -> Setup:
    settings = DecisionSettings.model_validate({"arbitration": arbitration})
    return Setup.of(SETTINGS.model_copy(update={"decisions": settings}), Candidates.of(offers, {}))


def made(offers: list[Offer], arbitration: dict[str, object], *, base: float | None = 0.1) -> tuple[Setup, Decided]:
    ready = setup(offers, arbitration)
    scores = {"c": 0.3 if base is not None else float("nan")}
    return ready, decide(ready, facts(ready.candidates, scores=scores, base=base), [Placement("all", 9)])


def order(offers: list[Offer], arbitration: dict[str, object], *, base: float | None = 0.1) -> list[str]:
    ready, decided = made(offers, arbitration, base=base)
    return [ready.candidates.offers[place].offer_id for place in decided.order]


def test_a_lever_multiplies_unless_it_is_switched_off() -> None:
    offers = [replace(TEA, lever=2.5), CUP, replace(JAM, lever=0.5)]  # scores as 25, 20, 15
    assert order(offers, {}) == ["tea", "cup", "jam"]
    assert order(offers, {"factors": ["propensity", "value"]}) == ["jam", "cup", "tea"]


def test_priority_ranks_before_value_and_needs_no_model() -> None:
    offers = [replace(TEA, priority=1), CUP, JAM, replace(offer("ham", "c", "h"), priority=7)]
    assert order(offers, {"by": "priority"}) == ["ham", "tea", "jam", "cup"]
    assert order(offers, {"by": "priority"}, base=None) == ["ham", "tea", "cup", "jam"]  # the last two by their ids
    assert order(offers, {}, base=None) == []


def test_a_formula_reads_what_candidates_are_worth() -> None:
    offers = [TEA, CUP, JAM]
    assert order(offers, {"formula": "100 / candidate.value"}, base=None) == ["tea", "cup", "jam"]
    assert order(offers, {"formula": "25 - worth.value"}) == ["tea", "cup"]  # what scores below zero is out
    ready, decided = made(offers, {"formula": "worth.expected_value * worth.weight", "weights": {"w": W_TEA}})
    told = {
        o.offer_id: decided.arbitration.told(s)
        for o, s in zip(ready.candidates.offers, decided.worth.scores, strict=True)
    }
    assert told == pytest.approx({"tea": 4 * 0.3 * 10 / 3, "cup": 0.3 * 20 / 3, "jam": 0.3 * 30 / 3})


W_TEA = {"when": 'candidate.offer_id == "tea"', "weight": 4}


def test_what_a_formula_cannot_know_is_out() -> None:
    offers = [replace(TEA, priority=2), CUP]
    ready, decided = made(offers, {"formula": "candidate.priority * 2"})
    assert dict(zip([o.offer_id for o in ready.candidates.offers], reasons(decided), strict=True)) == {
        "cup": "no_score",
        "tea": "eligible",
    }


def test_what_costs_more_than_it_brings_is_told_so_whatever_else_counts() -> None:
    dear = replace(offer("dear", "c", "d"), cost=1300)  # 0.3 × (10.00 − 13.00)
    off = replace(offer("off", "c", "o"), lever=0)
    both = replace(offer("both", "c", "b"), cost=1300, lever=0)
    for arbitration in ({}, {"weights": {"all": {"when": "candidate.value > 0", "weight": 2}}}):
        ready, decided = made([TEA, dear, off, both], dict(arbitration))
        assert dict(zip([o.offer_id for o in ready.candidates.offers], reasons(decided), strict=True)) == {
            "both": "no_value", "dear": "no_value", "off": "no_score", "tea": "eligible",
        }  # fmt: skip
    ready, decided = made([TEA, dear, off, both], {"factors": ["propensity", "lever"]})  # where no value counts
    assert reasons(decided) == ["no_score", "eligible", "no_score", "eligible"]


def test_placements_show_few_that_are_alike() -> None:
    offers = [
        replace(JAM, group="sweet"),
        replace(CUP, group="sweet"),
        replace(TEA, group="drink"),
        offer("ham", "c", "h", value=5),
    ]
    ready = setup(offers, {"diverse": {"group": 1}})
    decided = decide(ready, facts(ready.candidates, scores={"c": 0.3}), [Placement("two", 2), Placement("rest", 9)])
    ids = [[ready.candidates.offers[pick.place].offer_id for pick in each] for each in decided.picks]
    assert ids == [["jam", "tea"], ["cup", "ham"]]
    first, _ = slates(ready.telling, decided, explain="full")
    told = {each.offer_id: (out.reason, each.detail) for out in first.excluded for each in out.offers}
    assert told["cup"] == ("too_alike", "1 of group sweet are shown already, and no more may be.")
    assert told["ham"][0] == "outranked"


LEVERS = st.lists(st.floats(0.1, 10), min_size=3, max_size=3)


@given(LEVERS, st.randoms(use_true_random=False))
def test_a_lever_of_one_changes_nothing_and_neither_does_the_order_of_candidates(
    levers: list[float], rng: random.Random
) -> None:
    offers = [replace(each, lever=lever) for each, lever in zip((TEA, CUP, JAM), levers, strict=True)]
    ranked = order(offers, {})
    shuffled = rng.sample(offers, 3)
    assert order(shuffled, {}) == ranked
    neutral: dict[str, object] = {"weights": {"all": {"when": "candidate.value > 0", "weight": 1}}}
    assert order(shuffled, neutral) == ranked
    ones = [replace(each, lever=1.0) for each in offers]
    assert order(ones, {}) == order([TEA, CUP, JAM], {}) == ["jam", "cup", "tea"]
