from __future__ import annotations

import numpy as np
import pytest

from features.config.targets import Gate
from features.units import DAY
from training.gate import Evidence, enough, judge, weighted_auc
from training.metrics import auc
from training.targets.targets import Target

LAPSE = Target("lapse", "lapse", event="order", response=None, horizon_us=28 * DAY, active_us=56 * DAY)
SPEND = Target("spend", "spend", event="order", response=None, horizon_us=84 * DAY, active_us=84 * DAY)
RNG = np.random.default_rng(11)
ROWS = 2000
TRUTH = RNG.normal(scale=1.5, size=ROWS)
Y = (RNG.random(ROWS) < 1 / (1 + np.exp(-TRUTH))).astype(np.float64)
CUSTOMERS = np.arange(ROWS).astype(np.str_)


def sigmoid(z: np.ndarray[tuple[int], np.dtype[np.float64]]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.asarray(1 / (1 + np.exp(-z)))


@pytest.mark.parametrize(
    ("outcomes", "days", "codes"),
    [
        (200, 84, []),
        (199, 84, ["too_few_outcomes"]),
        (200, 83, ["too_little_history"]),
        (0, 0, ["too_little_history", "too_few_outcomes"]),
    ],
)
def test_too_little_data_is_refused(outcomes: int, days: int, codes: list[str]) -> None:
    found = enough(LAPSE, Gate(), outcomes=outcomes, history_us=days * DAY, customers=1000)
    assert [refusal.code for refusal in found] == codes


def test_a_refusal_says_what_came_and_what_is_needed() -> None:
    (few,) = enough(LAPSE, Gate(), outcomes=12, history_us=999 * DAY, customers=345)
    for part in ("12 outcomes", "345 customers", "200", "Add customers or history"):
        assert part in few.message


@pytest.mark.parametrize(
    ("scores", "rule", "codes"),
    [
        (sigmoid(TRUTH), TRUTH + RNG.normal(scale=3, size=ROWS), []),
        (sigmoid(TRUTH), None, ["no_rule"]),
        (sigmoid(TRUTH), 2 * TRUTH, ["not_better_than_rule"]),  # the same order is no advantage
        (sigmoid(3 * TRUTH), None, ["no_rule", "not_calibrated"]),
        (sigmoid(TRUTH / 3), TRUTH, ["not_better_than_rule", "not_calibrated"]),
    ],
)
def test_probabilities_must_beat_the_rule_and_mean_what_they_say(
    scores: np.ndarray[tuple[int], np.dtype[np.float64]],
    rule: np.ndarray[tuple[int], np.dtype[np.float64]] | None,
    codes: list[str],
) -> None:
    verdict = judge(LAPSE, Gate(), Evidence(Y, scores, CUSTOMERS, "rule" if rule is not None else None, rule))
    assert [refusal.code for refusal in verdict.refusals] == codes
    assert verdict.passed is (not codes)


@pytest.mark.parametrize(("noise", "codes"), [(1.0, []), (3.0, ["not_better_than_rule"])])
def test_amounts_must_be_closer_than_the_rule(noise: float, codes: list[str]) -> None:
    amounts = np.exp(TRUTH)
    scores, rule = amounts + noise * RNG.normal(size=ROWS), amounts + 2 * RNG.normal(size=ROWS)
    verdict = judge(SPEND, Gate(), Evidence(amounts, scores, CUSTOMERS, "spend_84d", rule))
    assert [refusal.code for refusal in verdict.refusals] == codes
    assert verdict.slope is None


def test_the_weighted_auc_is_the_auc_of_the_rows_repeated() -> None:
    y = np.array([1.0, 0.0, 1.0, 0.0, 0.0])
    scores = np.array([0.9, 0.9, 0.3, 0.2, 0.3])
    weights = np.array([[1, 1, 1, 1, 1], [2, 0, 1, 3, 1], [0, 2, 2, 0, 1]])
    found = weighted_auc(y, scores, weights.astype(np.float64))
    assert found.tolist() == pytest.approx([auc(np.repeat(y, w), np.repeat(scores, w)) for w in weights])


def test_rows_of_one_customer_are_drawn_together() -> None:
    same = np.zeros(ROWS).astype(np.str_)  # one customer: every resample is the whole
    verdict = judge(LAPSE, Gate(), Evidence(Y, sigmoid(TRUTH), same, "noisy", TRUTH + RNG.normal(size=ROWS)))
    assert verdict.confidence == 1.0
