from __future__ import annotations

import numpy as np
import pytest

from features.config.targets import Gate
from features.units import DAY
from training.gate import Evidence, check_evidence, data_refusals
from training.targets.lapse import Lapse
from training.targets.spend import Spend

LAPSE = Lapse("lapse", event="order", horizon_us=28 * DAY, active_us=56 * DAY)
SPEND = Spend("spend", event="order", horizon_us=84 * DAY, active_us=84 * DAY)
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
    refusals = data_refusals(LAPSE, Gate(), outcomes=outcomes, history_us=days * DAY, customers=1000)
    assert [refusal.code for refusal in refusals] == codes


def test_a_refusal_says_what_came_and_what_is_needed() -> None:
    (few,) = data_refusals(LAPSE, Gate(), outcomes=12, history_us=999 * DAY, customers=345)
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
    verdict = check_evidence(LAPSE, Gate(), Evidence(Y, scores, CUSTOMERS, "rule" if rule is not None else None, rule))
    assert [refusal.code for refusal in verdict.refusals] == codes
    assert verdict.passed is (not codes)


@pytest.mark.parametrize(("noise", "codes"), [(1.0, []), (3.0, ["not_better_than_rule"])])
def test_amounts_must_be_closer_than_the_rule(noise: float, codes: list[str]) -> None:
    amounts = np.exp(TRUTH)
    scores, rule = amounts + noise * RNG.normal(size=ROWS), amounts + 2 * RNG.normal(size=ROWS)
    verdict = check_evidence(SPEND, Gate(), Evidence(amounts, scores, CUSTOMERS, "spend_84d", rule))
    assert [refusal.code for refusal in verdict.refusals] == codes
    assert verdict.slope is None


def test_rows_of_one_customer_are_drawn_together() -> None:
    same = np.zeros(ROWS).astype(np.str_)  # one customer: every resample is the whole
    verdict = check_evidence(LAPSE, Gate(), Evidence(Y, sigmoid(TRUTH), same, "noisy", TRUTH + RNG.normal(size=ROWS)))
    assert verdict.confidence == 1.0
