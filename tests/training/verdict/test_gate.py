from __future__ import annotations

import numpy as np
import pytest

from features.arrays import Floats
from features.config.sections.targets.targets import Gate
from features.texts.catalogue import sentence
from features.units import DAY
from training.metrics.probability import calibration_slope
from training.targets.lapse import Lapse
from training.targets.redemption import Redemption
from training.targets.spend import Spend
from training.verdict.gate import Evidence, advantage, check_evidence, data_refusals

LAPSE = Lapse("lapse", event="order", horizon_us=28 * DAY, active_us=56 * DAY)
SPEND = Spend("spend", event="order", horizon_us=84 * DAY, active_us=84 * DAY)
RNG = np.random.default_rng(11)
ROWS = 2000
TRUTH = RNG.normal(scale=1.5, size=ROWS)
Y = (RNG.random(ROWS) < 1 / (1 + np.exp(-TRUTH))).astype(np.float64)
CUSTOMERS = np.arange(ROWS).astype(np.str_)
ANN_AND_BOB = np.repeat(["ann", "bob"], 100)
HALF = np.tile([0.0, 1.0], 50)  # of the rows of each, a 1 beside every 0


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
    assert few.params == {"target": "lapse", "count": 12, "customers": 345, "least": 200}
    assert sentence("refusal.too_few_outcomes", "sv", few.params) == (
        "”lapse” har 12 utfall av det ovanligare slaget bland 345 kunder kända vid as_of, och behöver 200. Lägg till "
        "kunder eller historik, eller ange ett mål som händer oftare."
    )


@pytest.mark.parametrize(
    ("slope", "params", "said"),
    [
        (sigmoid(3 * TRUTH), {"case": "extreme", "low": 0.8, "high": 1.25}, "för långt ifrån varandra"),
        (sigmoid(TRUTH / 3), {"case": "timid", "low": 0.8, "high": 1.25}, "för nära varandra"),
    ],
)
def test_a_refusal_is_told_by_its_parameters_in_any_language(
    slope: np.ndarray[tuple[int], np.dtype[np.float64]], params: dict[str, object], said: str
) -> None:
    refusal = check_evidence(LAPSE, Gate(), Evidence(Y, slope, CUSTOMERS)).refusals[-1]
    assert refusal.code == "not_calibrated"
    assert params.items() <= refusal.params.items()
    assert said in sentence("refusal.not_calibrated", "sv", refusal.params)


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


@pytest.mark.parametrize(
    ("target", "model", "rule"),
    [
        (LAPSE, [HALF, 0 * HALF], [0 * HALF, np.where(np.arange(100) < 60, HALF, 0.5)]),
        (SPEND, [HALF, 0 * HALF], [0 * HALF, np.where(np.arange(100) < 60, HALF, 0.5)]),
    ],
)
def test_rows_of_one_customer_are_drawn_together(
    target: Lapse | Spend, model: list[Floats], rule: list[Floats]
) -> None:
    """Ann's rows speak for the model, Bob's less so for the rule: it loses when Bob is drawn twice, once in 4 times.

    With rows drawn singly there would always be some of both, and the model would always win.
    """
    evidence = Evidence(np.tile(HALF, 2), np.concatenate(model), ANN_AND_BOB, "rule", np.concatenate(rule))
    assert advantage(target, evidence) == pytest.approx(0.75, abs=0.06)  # three of its standard errors


def test_a_confidence_that_is_just_enough_passes() -> None:
    evidence = Evidence(Y, sigmoid(TRUTH), CUSTOMERS, "near", TRUTH + np.random.default_rng(6).normal(size=ROWS) / 6)
    found = advantage(LAPSE, evidence)
    assert found is not None
    assert 0.5 < found < 1
    just, more = (
        check_evidence(LAPSE, Gate(confidence=needed), evidence) for needed in (found, np.nextafter(found, 1))
    )
    assert just.passed
    assert just.confidence == found
    assert [refusal.code for refusal in more.refusals] == ["not_better_than_rule"]


def test_a_slope_on_either_bound_passes_and_one_outside_is_told_with_its_side() -> None:
    evidence = Evidence(Y, sigmoid(TRUTH), CUSTOMERS, "noise", np.random.default_rng(5).normal(size=ROWS))
    slope = calibration_slope(Y, sigmoid(TRUTH))
    above, below = float(np.nextafter(slope, 2)), float(np.nextafter(slope, 0))
    assert check_evidence(LAPSE, Gate(slope=(slope, slope)), evidence).passed
    for bounds, said in (((above, 2.0), "too extreme"), ((0.0, below), "too timid")):
        (refusal,) = check_evidence(LAPSE, Gate(slope=bounds), evidence).refusals
        assert refusal.code == "not_calibrated"
        assert said in refusal.message


def test_equal_to_the_rule_is_no_advantage() -> None:
    for target in (LAPSE, SPEND):
        assert advantage(target, Evidence(Y, TRUTH, CUSTOMERS, "rule", TRUTH)) == 0


def test_what_is_asked_without_settings() -> None:
    gate = Gate()
    assert (gate.outcomes, gate.horizons, gate.confidence, gate.slope) == (200, 3, 0.9, (0.8, 1.25))


def test_scores_that_run_the_wrong_way_are_called_so() -> None:
    verdict = check_evidence(LAPSE, Gate(), Evidence(Y, sigmoid(-TRUTH), CUSTOMERS, "noise", RNG.normal(size=ROWS)))
    assert [refusal.code for refusal in verdict.refusals] == ["not_better_than_rule", "reversed"]
    assert "turned round" in verdict.refusals[1].message


@pytest.mark.parametrize(("factor", "codes"), [(1.0, []), (1.09, []), (1.5, ["wrong_level"]), (0.5, ["wrong_level"])])
def test_amounts_must_add_up(factor: float, codes: list[str]) -> None:
    amounts = np.exp(TRUTH / 4)
    scores = amounts * factor
    verdict = check_evidence(SPEND, Gate(), Evidence(amounts, scores, CUSTOMERS, "noise", RNG.normal(size=ROWS)))
    assert [refusal.code for refusal in verdict.refusals] == codes
    assert verdict.level == pytest.approx(factor)


def test_a_level_that_chance_explains_passes() -> None:
    """One of twenty customers came where two were expected: a hundred per cent too high, and no wonder."""
    y, customers = np.array([1.0, *np.zeros(19)]), np.arange(20).astype(np.str_)
    verdict = check_evidence(LAPSE, Gate(slope=(-99, 99)), Evidence(y, np.full(20, 0.1), customers, "none", 1 - y))
    assert verdict.level == pytest.approx(2.0)
    assert "wrong_level" not in [refusal.code for refusal in verdict.refusals]


def test_all_zeros_are_no_good_score_of_amounts_however_near_they_come() -> None:
    """Nine of ten spend nothing: nothing for everybody has the lower MAE, and orders nobody."""
    generator = np.random.default_rng(1)
    amounts = np.where(generator.random(ROWS) < 0.1, 100.0, 0.0)
    scores, nothing = np.where(amounts > 0, 30.0, 7.8), np.zeros(ROWS)
    assert np.abs(amounts - nothing).mean() < np.abs(amounts - scores).mean()
    assert advantage(SPEND, Evidence(amounts, scores, CUSTOMERS, "nothing", nothing)) == 1.0


def test_the_level_of_contacts_is_told_and_refuses_nothing() -> None:
    """Each campaign has a level of its own, and a test holds too few campaigns to tell chance from fault."""
    target = Redemption("offer", event="contact", response="redeem", horizon_us=56 * DAY)
    evidence = Evidence(Y, sigmoid(TRUTH + 1), CUSTOMERS, "noise", np.random.default_rng(5).normal(size=ROWS))
    told = check_evidence(target, Gate(), evidence)
    assert told.passed
    assert told.level is not None
    assert told.level > 1.2
    assert [refusal.code for refusal in check_evidence(LAPSE, Gate(), evidence).refusals] == ["wrong_level"]
