"""Uplifts of made-up experiments: found where they are, refused where there are none or chance did not draw."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from features.config.sections.targets.targets import Gate
from features.units import DAY
from training.learners.effect import fit_effect
from training.learners.trees import fit_trees
from training.metrics.uplift import difference
from training.targets.uplift import Uplift
from training.verdict.baseline import RESPONSE
from training.verdict.experiment import check_uplift, experiment_refusals
from training.verdict.gate import Evidence, Verdict
from training.walk.by_arm import by_arm
from training.walk.dataset import Dataset
from training.walk.folds import FOLDS
from training.walk.walk_forward import WalkForward

TARGET = Uplift("mail", {"kind": "contact"}, {"kind": "holdout"}, {"kind": "order"}, "happens", 14 * DAY, 0.5)
MANY = 2_000


@pytest.fixture(autouse=True)
def few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    for function in (fit_trees, fit_effect, experiment_refusals):
        monkeypatch.setattr(sys.modules[function.__module__], "ROUNDS", 20)


def experiment(*, effect: float, chosen: float = 0.0, days: int = 1, seed: int = 1) -> Dataset:
    """Orders of half of the customers, those whose first feature is above 0, come by ``effect`` oftener when treated.

    Who is ``chosen`` is treated with that probability more or less, by the same feature.
    """
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(MANY, 3))
    treated = draw.random(MANY) < 0.5 + chosen * np.sign(x[:, 0])
    chance = 0.2 + 0.2 * (x[:, 1] > 0) + effect * (x[:, 0] > 0) * treated
    as_of = np.sort(draw.integers(0, days, MANY)) * 10 * DAY
    y = (draw.random(MANY) < chance).astype(np.float64)
    who = np.array([f"c{n:05}" for n in range(MANY)], dtype=np.str_)
    return Dataset(x, y, as_of, as_of + TARGET.horizon_us, who, np.ones(MANY, dtype=np.bool_), treated=treated)


def tried(rows: Dataset) -> tuple[WalkForward, Verdict]:
    walk = by_arm(rows, outcomes=100, share=0.5)
    assert walk is not None
    shown = (walk.test.y, walk.test_scores, walk.test.customers, RESPONSE, walk.response)
    return walk, check_uplift(TARGET, Gate(), Evidence(*shown, treated=walk.test.treated))


def test_an_effect_of_some_customers_is_found_and_has_the_right_size() -> None:
    rows = experiment(effect=0.3)
    walk, verdict = tried(rows)
    assert verdict.passed
    assert verdict.confidence == 1
    assert walk.folds == FOLDS
    moved = rows.x[:, 0] > 0
    told = walk.test_scores[moved].mean(), walk.test_scores[~moved].mean()
    assert told == pytest.approx((0.3, 0.0), abs=0.1)  # three times the error of a difference of so many
    assert walk.test_scores.mean() == pytest.approx(difference(rows.y, rows.treated), abs=0.02)  # type: ignore[arg-type]
    final = walk.calibration.apply(walk.scorer.raw(np.array([[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0]])), "uplift")
    assert final == pytest.approx([0.3, 0.0], abs=0.12)


def test_where_nobody_is_changed_more_than_others_nothing_is_used() -> None:
    _, verdict = tried(experiment(effect=0.0))
    assert [refusal.code for refusal in verdict.refusals] == ["no_better_than_chance"]


def test_an_experiment_of_many_days_is_tried_on_its_last_ones() -> None:
    rows = experiment(effect=0.3, days=8)
    walk, verdict = tried(rows)
    assert verdict.passed
    assert walk.folds == 0
    assert walk.test_start == walk.test.as_of.min() > rows.as_of.min()
    known = rows.known_by(walk.test_start)
    assert set(known.customers).isdisjoint(walk.test.customers)


def test_who_was_chosen_by_what_is_known_of_them_is_no_experiment() -> None:
    assert experiment_refusals(TARGET, experiment(effect=0.3), 0.5) == []
    (refusal,) = experiment_refusals(TARGET, experiment(effect=0.3, chosen=0.1), None)
    assert refusal.code == "confounded"
    assert 0.55 < float(str(refusal.params["figure"])) < 0.65


def test_more_treated_than_were_to_be_are_not_explained_by_chance() -> None:
    codes = [refusal.code for refusal in experiment_refusals(TARGET, experiment(effect=0.0), 0.45)]
    assert codes == ["wrong_share"]


def test_arms_of_different_days_are_no_experiment() -> None:
    rows = experiment(effect=0.0, days=8)
    later = rows.where(np.asarray(rows.treated) == (rows.as_of > 30 * DAY))
    assert [refusal.code for refusal in experiment_refusals(TARGET, later, None)] == ["confounded"]


def test_too_few_outcomes_in_one_arm_are_not_learnt_from() -> None:
    rows = experiment(effect=0.3)
    few = rows.where(np.asarray(rows.treated) | (rows.y == 0))
    assert by_arm(few, outcomes=100) is None
