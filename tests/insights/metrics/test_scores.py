from __future__ import annotations

import math
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from features.moments import micros
from insights.metrics.answers.scores import scored
from insights.metrics.questions import Question, told
from insights.refresh import refresh
from insights.tables import Tables
from tests.insights.shop import event, shop


def answer(customer: str, when: str, rating: float, scale: str = "nps", **columns: object) -> dict[str, object]:
    return event(customer, when, "survey", rating=rating, scale=scale, **columns)


def test_the_score_counts_each_customers_latest_answer_of_the_period(tmp_path: Path) -> None:
    # Of six, a first 0 and then 10: promoters a, b, c (10, 9, 9), detractors d, e (6, 0), neither f (8).
    answers = [
        answer("a", "2024-01-02", 0.0), answer("a", "2024-01-09", 10.0), answer("b", "2024-01-02", 9.0),
        answer("c", "2024-01-03", 9.0), answer("d", "2024-01-03", 6.0), answer("e", "2024-01-03", 0.0),
        answer("f", "2024-01-03", 8.0), answer("a", "2024-01-03", 1.0, "csat"),
    ]  # fmt: skip
    settings = shop(tmp_path, answers)
    refresh(settings, as_of=micros(date(2024, 2, 1)))
    (cell,) = [cell for cell in told(Tables(settings.insights), Question(("nps",))).cells if not cell["open"]]
    assert (cell["value"], cell["customers"], cell["n"]) == (pytest.approx(100 / 6), 6, 6)


@pytest.mark.parametrize(
    ("scale", "plain", "weighted"),
    [
        ("nps", 25.0, 100 * (2 + 1 - 4) / 8),  # 10 and 9 for, 3 against; of weights 2, 1, 1, 4
        ("csat", 1.0, 1.0),
        ("ces", 3 / 4, 4 / 8),  # 10, 9 and 8 are at least 5
        ("stars", 7.5, (20 + 9 + 8 + 12) / 8),
    ],
)
def test_scores_without_and_with_weights(scale: str, plain: float, weighted: float) -> None:
    ratings = np.array([5.0, 4, 4, 4]) if scale == "csat" else np.array([10.0, 9, 8, 3])
    cell = np.zeros(4, dtype=np.int64)
    for weights, value in ((np.ones(4), plain), (np.array([2.0, 1, 1, 4]), weighted)):
        found = scored(scale, ratings, weights, cell, 2)  # type: ignore[arg-type]
        assert found.value[0] == pytest.approx(value)
        assert found.low[0] <= value <= found.high[0]
        assert math.isnan(found.value[1])  # of nobody


def test_a_weighted_score_of_a_touchpoint_is_declared(tmp_path: Path) -> None:
    answers = [
        answer(each, "2024-01-02", rating, "csat", category="checkout", quantity=weight)
        for each, rating, weight in zip("abcde", (5.0, 5.0, 1.0, 1.0, 1.0), (3.0, 3.0, 1.0, 1.0, 2.0), strict=True)
    ]
    other = answer("f", "2024-01-02", 1.0, "csat", category="delivery", quantity=90.0)
    metrics = {"paying": {"score": "csat", "touchpoint": "checkout", "weight": "quantity"}}
    settings = shop(tmp_path, [*answers, other], metrics=metrics)
    refresh(settings, as_of=micros(date(2024, 2, 1)))
    cell = told(Tables(settings.insights), Question(("paying",))).cells[0]
    assert (cell["value"], cell["n"]) == (pytest.approx(0.6), 5)


def test_two_surveys_are_one_score_and_are_told_apart_by_touchpoint(tmp_path: Path) -> None:
    # At checkout five say 10 and at delivery 0, f to j 10 there, and all 0 in a third survey, the first of all.
    checkout = [answer(who, "2024-01-02", 10.0, category="checkout", source="tills") for who in "abcde"]
    delivery = [answer(who, "2024-01-09", 0.0, category="delivery", source="mail") for who in "abcde"]
    delivery += [answer(who, "2024-01-09", 10.0, category="delivery", source="mail") for who in "fghij"]
    yearly = [answer(who, "2024-01-20", 0.0, category="year") for who in "abcdefghij"]
    metrics = {"both": {"score": "nps", "where": {"category": ["checkout", "delivery"]}}}
    settings = shop(tmp_path, [*checkout, *delivery, *yearly], metrics=metrics)
    refresh(settings, as_of=micros(date(2024, 2, 1)))
    tables = Tables(settings.insights)
    january = told(tables, Question(("both", "nps"))).cells
    assert {cell["metric"]: cell["value"] for cell in january if not cell["open"]} == {"both": 0, "nps": -100}
    found = told(tables, Question(("both",), by="touchpoint"))
    assert {cell["group"]: (cell["value"], cell["n"]) for cell in found.cells} == {
        "checkout": (100, 5),
        "delivery": (0, 10),
    }
    assert "touchpoint" in found.overlapping
