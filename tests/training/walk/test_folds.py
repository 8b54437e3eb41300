"""Random folds of customers: nobody is scored by what was learnt from them, nor is what is judged chosen by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from features.arrays import Floats
from training.learners import blend
from training.learners.scorer import Learner
from training.metrics.probability import auc, calibration_slope
from training.walk import folds
from training.walk.dataset import Dataset
from training.walk.folds import by_folds, folds_of
from training.walk.ranges import ranges_by_folds


def rows_of(x: Floats, y: Floats, customers: Sequence[int]) -> Dataset:
    moment = np.zeros(len(y), dtype=np.int64)
    who = np.array([f"c{n:04}" for n in customers], dtype=np.str_)
    return Dataset(x, y, moment, moment, who, np.ones(len(y), dtype=np.bool_), timeless=True)


LINEAR = (blend.LEARNERS["linear"],)


@dataclass(frozen=True)
class Memory:
    """Knows by heart the labels of the rows that it has seen, by their number in the first column."""

    seen: dict[float, float]

    def raw(self, x: Floats, *, num_threads: int = 1) -> Floats:  # noqa: ARG002
        return np.array([self.seen.get(number, 0.0) for number in x[:, 0]])


def learn_by_heart(x: Floats, y: Floats, _kind: str) -> Memory:
    return Memory(dict(zip(x[:, 0].tolist(), np.where(y > 0, 9.0, -9.0).tolist(), strict=True)))


def test_nobody_is_scored_by_what_was_learnt_from_them() -> None:
    learners = [Learner("trees", learn_by_heart, aligned=False)]  # type: ignore[arg-type]
    y = np.tile([0.0, 1.0], 100)
    walk = by_folds(rows_of(np.arange(200.0)[:, None], y, range(200)), "probability", outcomes=50, learners=learners)
    assert walk is not None
    # whoever knows by heart what it has seen knows nothing of a part that it has not: one score for all of a part
    assert len(np.unique(walk.test_scores)) <= folds.FOLDS
    assert walk.scorer.members["trees"].raw(walk.test.x).tolist() == np.where(y > 0, 9.0, -9.0).tolist()


@dataclass(frozen=True)
class Tenth:
    """Scores a tenth of the first column, whatever it was shown."""

    def raw(self, x: Floats, *, num_threads: int = 1) -> Floats:  # noqa: ARG002
        return x[:, 0] / 10


def test_scores_of_a_part_do_not_depend_on_its_own_outcomes() -> None:
    learners = [Learner("trees", lambda *_: Tenth(), aligned=False)]  # type: ignore[arg-type]
    generator = np.random.default_rng(2)
    x = generator.normal(size=(500, 1))
    y = (generator.random(500) < 0.5).astype(np.float64)
    part = folds_of(rows_of(x, y, range(500)), seed=7) == 0
    first, second = (
        by_folds(rows_of(x, labels, range(500)), "probability", outcomes=50, learners=learners)
        for labels in (y, np.where(part, 1 - y, y))
    )
    assert first is not None
    assert second is not None
    assert first.test_scores[part].tolist() == second.test_scores[part].tolist()
    assert first.test_scores[~part].tolist() != second.test_scores[~part].tolist()


def test_all_rows_of_a_customer_are_in_one_part_and_parts_are_even() -> None:
    rows = rows_of(np.zeros((300, 1)), np.zeros(300), [n // 3 for n in range(300)])
    part = folds_of(rows, seed=1)
    by_customer = part.reshape(-1, 3)
    assert (by_customer == by_customer[:, :1]).all()
    assert np.bincount(by_customer[:, 0]).tolist() == [20] * 5
    assert folds_of(rows, seed=2).tolist() != part.tolist()


def test_the_scores_of_the_parts_are_calibrated_and_those_of_chance_are_chance() -> None:
    generator = np.random.default_rng(3)
    x = generator.normal(size=(3000, 3))
    y = (generator.random(3000) < 1 / (1 + np.exp(-2 * x[:, 0]))).astype(np.float64)
    told = by_folds(rows_of(x, y, range(3000)), "probability", outcomes=100, learners=LINEAR)
    shuffled = by_folds(
        rows_of(x, generator.permutation(y), range(3000)),
        "probability",
        outcomes=100,
        learners=LINEAR,
    )
    assert told is not None
    assert shuffled is not None
    assert auc(told.test.y, told.test_scores) > 0.83
    assert calibration_slope(told.test.y, told.test_scores) == pytest.approx(1.0, abs=0.02)
    assert abs(told.test_scores.mean() - y.mean()) < 0.002
    assert abs(auc(shuffled.test.y, shuffled.test_scores) - 0.5) < 0.04


def test_too_few_outcomes_are_not_split() -> None:
    rows = rows_of(np.zeros((40, 1)), np.eye(1, 40).ravel(), range(40))
    assert by_folds(rows, "probability", outcomes=2) is None


def test_amounts_add_up() -> None:
    generator = np.random.default_rng(4)
    x = generator.normal(size=(1000, 2))
    y = np.exp(x[:, 0]) * 20
    walk = by_folds(rows_of(x, y, range(1000)), "amount", outcomes=100, learners=LINEAR)
    assert walk is not None
    assert walk.test_scores.sum() / y.sum() == pytest.approx(1.0, abs=0.03)
    assert blend.LEARNERS["plain_trees"].name not in {name for entry in walk.race for name in entry.learners}


def test_ranges_of_amounts_hold_eight_of_ten_of_a_part_that_told_nothing_of_them() -> None:
    """Amounts about a feature, one in four nothing: the ends of a part do not change with its own amounts."""
    generator = np.random.default_rng(5)

    def drawn() -> tuple[Floats, Floats]:
        x = generator.normal(size=(2000, 2))
        amounts = 20 * np.exp(x[:, 0] + 0.5 * generator.normal(size=2000))
        return x, np.where(generator.random(2000) < 0.25, 0.0, amounts)

    x, y = drawn()
    rows = rows_of(x, y, range(2000))
    part = folds_of(rows, seed=7)
    found, other = (
        ranges_by_folds(rows_of(x, amounts, range(2000)), part) for amounts in (y, np.where(part == 2, 9 * y, y))
    )
    assert found is not None
    assert other is not None
    assert found.test_ends is not None
    assert other.test_ends is not None
    low, median, high = found.test_ends.T
    assert np.mean((low <= y) & (y <= high)) == pytest.approx(0.8, abs=0.03)
    assert np.mean(y <= median) == pytest.approx(0.5, abs=0.05)
    assert found.test_ends[part == 2].tolist() == other.test_ends[part == 2].tolist()
    others, came = drawn()
    low, _, high = found.hurdle.ends(others).T
    assert np.mean((low <= came) & (came <= high)) == pytest.approx(0.8, abs=0.03)
    assert ranges_by_folds(rows_of(x[:300], y[:300], range(300)), part[:300]) is None
