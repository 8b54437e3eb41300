"""Thompson sampling: its probabilities add up, are those of being best, and are what is drawn by and told."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import beta

from features.config.sections.decisions.decisions import DecisionSettings
from features.lake import Lake
from serving.decisions.arbitration.worth import Worth
from serving.decisions.candidates.past import Past, times_chosen
from serving.decisions.choice.choose import Manner, choose
from serving.decisions.choice.placement import Placement
from serving.decisions.choice.thompson import DRAWS, LEAST, Thompson
from serving.decisions.decide import decide
from serving.decisions.facts.facts import Facts
from serving.decisions.setup import Setup
from tests.serving.decisions.sample import CANDIDATES, SETTINGS, customer


def thompson(chances: list[float], scores: list[float], shown: list[float], width: int = 9) -> Thompson:
    return Thompson(width, np.array(shown), Worth(np.array(chances), np.zeros(len(chances)), np.array(scores), {}))


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(1e-6, 1e6), st.integers(0, 10**6)), min_size=1, max_size=6), st.text()
)
def test_probabilities_add_up_to_one(candidates: list[tuple[float, float, int]], seed: str) -> None:
    chances, scores, shown = (list(column) for column in zip(*candidates, strict=True))
    drawing, places = thompson(chances, scores, shown), list(range(len(chances)))
    odds = drawing.odds(places, seed=seed, position=0)
    assert sum(round(each * DRAWS) for each in odds) == DRAWS
    rank, probability = drawing.draw(places, seed=seed, position=0)
    assert probability == odds[rank] > 0


def test_the_probability_is_that_of_the_best_score_when_chances_are_drawn() -> None:
    chances, scores, shown = [0.3, 0.2, 0.2], [3.0, 2.8, 2.0], [50.0, 0.0, 0.0]
    odds = np.mean(
        [thompson(chances, scores, shown).odds([0, 1, 2], seed=str(s), position=0) for s in range(200)], axis=0
    )
    laws = [
        beta(p * (LEAST + n), (1 - p) * (LEAST + n), scale=score / p)
        for p, score, n in zip(chances, scores, shown, strict=True)
    ]
    for own, law in enumerate(laws):
        others = [each for place, each in enumerate(laws) if place != own]
        exact, _ = quad(
            lambda x, law=law, others=others: law.pdf(x) * np.prod([o.cdf(x) for o in others]), 0, 15, limit=200
        )
        assert odds[own] == pytest.approx(exact, abs=0.004)  # 200,000 draws: four standard errors


def test_candidates_are_shown_as_often_as_is_told() -> None:
    drawing, decisions = thompson([0.3, 0.2, 0.1], [3.0, 2.9, 2.0], [9.0, 0.0, 0.0], width=2), 1_000
    counts, told, weights = Counter[int](), Counter[int](), 0.0
    for seed in map(str, range(decisions)):
        ((pick, second),) = choose(np.arange(3), [Placement("top", 2)], [None], Manner(exploration=drawing, seed=seed))
        assert (pick.marginal, second.marginal) == (pick.probability, None)
        counts[pick.place] += 1
        weights += 1 / pick.probability / 2
        for place, odds in enumerate(drawing.odds([0, 1], seed=seed, position=0)):
            told[place] += odds
    assert counts.keys() == {0, 1}  # of the best two
    for place in counts:
        assert counts[place] == pytest.approx(told[place], abs=4 * told[place] ** 0.5)
    assert weights / decisions == pytest.approx(1, abs=0.15)  # a wrong probability would be found so


def test_what_was_shown_often_is_known_and_the_best_is_shown() -> None:
    declared = SETTINGS.model_copy(
        update={"decisions": DecisionSettings.model_validate({"exploration": {"by": "thompson", "width": 3}})}
    )
    unknown, known = Past(), Past(shown={(o.campaign_id, o.offer_id): 10**7 for o in CANDIDATES.offers})
    firsts = {}
    for past in (unknown, known):
        setup = Setup.of(declared, CANDIDATES, past=past)
        picks = [decide(setup, _someone(str(seed)), [Placement("home")]).picks[0][0].place for seed in range(60)]
        firsts[past is known] = Counter(CANDIDATES.offers[place].offer_id for place in picks)
    assert firsts[True] == {"cake": 60}
    assert set(firsts[False]) == {"cake", "free", "tea"}


def _someone(seed: str) -> Facts:
    return replace(customer({"b": 10}), seed=seed)


@pytest.mark.parametrize(
    ("decisions", "wanted"),
    [
        ({"exploration": {"by": "thompson", "share": 0.1}}, "take `share` away"),
        ({"exploration": {"by": "thompson"}, "arbitration": {"by": "priority"}}, "with `propensity`"),
        (
            {"exploration": {"by": "thompson"}, "arbitration": {"factors": ["value"]}},
            "with `propensity`",
        ),
    ],
)
def test_what_draws_nothing_is_refused(decisions: dict[str, object], wanted: str) -> None:
    with pytest.raises(ValueError, match=wanted):
        DecisionSettings.model_validate(decisions)


def test_choices_are_counted_once_builds_have_read_them(tmp_path: Path) -> None:
    told = [("spring", "tea", 1), ("spring", "tea", 2), ("autumn", "tea", 1), (None, "cup", 1), ("spring", "tea", 9)]
    rows = [
        {"event_id": str(n), "source": "s", "kind": "decision", "time": time, "customer_id": "a",
         "campaign_id": campaign, "offer_id": offer}
        for n, (campaign, offer, time) in enumerate(told)
    ]  # fmt: skip
    lake = Lake(tmp_path / "lake")
    lake.write({"events": pl.DataFrame([*rows, {**rows[0], "event_id": "x", "kind": "exposure"}])})
    assert times_chosen(lake, as_of=2) == {("spring", "tea"): 2, ("autumn", "tea"): 1, (None, "cup"): 1}
