"""What is drawn: probabilities that add up, and that match how often candidates are shown."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.decisions.choice.choose import Manner, choose
from serving.decisions.choice.exploration import Exploration
from serving.decisions.choice.placement import Placement

EXPLORATIONS = st.builds(Exploration, st.floats(0, 1), st.integers(1, 6))


@given(EXPLORATIONS, st.integers(1, 8))
def test_probabilities_add_up_to_one(exploration: Exploration, of: int) -> None:
    assert sum(exploration.probability(rank, of=of) for rank in range(of)) == pytest.approx(1)
    for position in range(of):
        assert sum(exploration.marginal(rank, position, of=of) for rank in range(of)) == pytest.approx(1)


@given(EXPLORATIONS, st.integers(2, 4))
def test_the_marginal_probability_is_the_sum_over_all_that_may_be_drawn(exploration: Exploration, of: int) -> None:
    by_hand = np.zeros((of, of))  # [position, rank]
    for shown in permutations(range(of)):
        left, chance = list(range(of)), 1.0
        for place in shown:
            chance *= exploration.probability(left.index(place), of=len(left))
            left.remove(place)
        for position, place in enumerate(shown):
            by_hand[position, place] += chance
    found = [[exploration.marginal(rank, position, of=of) for rank in range(of)] for position in range(of)]
    assert found == [pytest.approx(row) for row in by_hand.tolist()]


@pytest.mark.parametrize("draws", [20_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_candidates_are_shown_as_often_as_is_told(draws: int) -> None:
    order, placements = np.arange(7), [Placement("top", 2), Placement("side", 1)]
    shown: list[Counter[int]] = [Counter(), Counter(), Counter()]
    told: list[dict[int, float]] = [{}, {}, {}]
    weights, planted = 0.0, 0.0
    for seed in range(draws):
        manner = Manner(exploration=Exploration(0.4, 4), seed=str(seed))
        picks = [pick for each in choose(order, placements, [None, None], manner) for pick in each]
        weight = 1 / (4 * picks[0].probability) if picks[0].place < 4 else 0
        weights += weight
        planted += weight / 2 if picks[0].place == 3 else weight  # as if one were told to be twice as likely as it is
        for position, pick in enumerate(picks):
            shown[position][pick.place] += 1
            assert told[position].setdefault(pick.place, pick.marginal or 0) == pick.marginal
    for counts, marginals in zip(shown, told, strict=True):
        assert sum(marginals.values()) == pytest.approx(1, abs=0.01)
        for place, marginal in marginals.items():
            assert counts[place] == pytest.approx(draws * marginal, abs=4 * (draws * marginal) ** 0.5 + 1)
    assert weights / draws == pytest.approx(1, abs=0.03)  # the mean of weights is one where probabilities are right
    assert abs(planted / draws - 1) > 0.1  # and where one of them is wrong it is not


def test_the_same_seed_draws_the_same() -> None:
    manner = Manner(exploration=Exploration(1.0, 5), seed="d")
    first, second = (choose(np.arange(5), [Placement("all", 5)], [None], manner) for _ in range(2))
    assert first == second
    others = set()
    for seed in map(str, range(99)):
        (picks,) = choose(
            np.arange(5), [Placement("all", 5)], [None], Manner(exploration=manner.exploration, seed=seed)
        )
        others.add(tuple(pick.place for pick in picks))
    assert len(others) > 30
