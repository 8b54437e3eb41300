"""Formulas over metrics: their figures by hand, and their intervals as those of the same metric said another way."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from features.config.sections.insights.metrics import MetricSettings
from features.errors import StamkundError
from features.moments import micros
from insights.metrics.questions import Figure, Question, people_behind, told
from insights.metrics.tables.metrics import write_metrics
from insights.people import Audience
from insights.tables import Tables
from tests.insights.shop import event, shop

# Six buy in January for 10, 20, … 60, and a again for 30; their goods cost 4 each; f sends hers back.
EVENTS = [
    *(event(who, "2024-01-05", value=1000 * place, cost=400) for place, who in enumerate("abcdef", start=1)),
    event("a", "2024-01-20", value=3000, cost=400), event("f", "2024-01-25", "refund", value=6000, cost=400),
]  # fmt: skip
METRICS = {
    "margin_rate": {"formula": "margin / revenue", "target": 0.5},
    "kept_back": {"formula": "metrics.revenue - margin"},
    "basket_too": {"formula": "gross / orders"},
    "gross": {"take": "sum", "of": "value", "kind": "order"},
    "nothing": {"formula": "2 * gross - (gross + gross)"},
    "twice": {"formula": "-(2 * gross) + 3 * gross + gross * 1"},
}


def written(home: Path, metrics: Any, events: Any = EVENTS) -> Tables:
    found = shop(home, events, metrics=metrics)
    tables = Tables(found.insights)
    with tables.writing(as_of=micros(date(2024, 2, 2)), build="b") as draft:
        write_metrics(Audience.at(found, as_of=micros(date(2024, 2, 2))), draft)
    return tables


def test_a_formula_has_the_figure_and_the_interval_of_the_same_metric_said_as_a_ratio(tmp_path: Path) -> None:
    tables = written(tmp_path, METRICS)
    answer = told(tables, Question((*METRICS, "basket", "margin", "revenue")))
    january = {cell["metric"]: cell for cell in answer.cells if cell["period"] == "2024-01"}
    units = {row["metric"]: row["unit"] for row in answer.metrics}
    # Revenue is 210 + 30 − 60 = 180, and all that was kept cost six times 4.
    assert january["margin_rate"]["value"] == pytest.approx(156 / 180)
    assert january["kept_back"]["value"] == pytest.approx(24)
    assert january["twice"]["value"] == pytest.approx(2 * 240)
    assert [january["nothing"][name] for name in ("value", "low", "high")] == [0, 0, 0]  # whoever is drawn
    for name in ("value", "low", "high", "customers"):
        assert january["basket_too"][name] == pytest.approx(january["basket"][name])
    assert (units["margin_rate"], units["kept_back"], units["basket_too"]) == ("ratio", "money", "money")
    assert january["margin_rate"]["verdict"] == "reached"
    assert people_behind(tables, Figure("margin_rate", "2024-01")) == [*"abcdef"]


@pytest.mark.parametrize(
    ("formula", "code"),
    [
        ("margin / revenu", "unknown_metric"),
        ("nps / revenue", "bad_formula"),  # a score: its interval is no sum's
        ("revenue + orders", "bad_formula"),  # money and a count
        ("active / buyers", "bad_formula"),  # of 28 days and of the period
    ],
)
def test_a_formula_over_what_has_no_sums_is_refused(tmp_path: Path, formula: str, code: str) -> None:
    metrics = {
        "mine": {"formula": formula}, "nps": {"score": "nps"},
        "active": {"take": "distinct", "of": "customer", "kind": "order", "window": "28d"},
    }  # fmt: skip
    with pytest.raises(StamkundError) as refused:
        written(tmp_path, metrics)
    assert (refused.value.code, refused.value.field) == (code, "metrics.mine.formula")


@pytest.mark.parametrize("formula", ["margin > 3", "3 * 4", "margin /", "features.orders / revenue"])
def test_what_is_no_arithmetic_of_metrics_is_refused_where_it_stands(formula: str) -> None:
    with pytest.raises(ValueError, match=r"formula|metric|value|read"):
        MetricSettings.model_validate({"formula": formula})


def test_a_formula_over_what_the_data_do_not_hold_is_told_with_the_metric_that_is_missing(tmp_path: Path) -> None:
    plain = [{name: value for name, value in each.items() if name != "cost"} for each in EVENTS]
    (row,) = told(written(tmp_path, METRICS, plain), Question(("margin_rate",))).metrics
    assert (row["missing"], row["unit"]) == ("margin", None)


def test_windows_of_different_lengths_are_told_beside_each_other(tmp_path: Path) -> None:
    # Six buy in the 28 days until the end of January, and a, f in its last twelve.
    metrics = {
        "month": {"take": "distinct", "of": "customer", "kind": "order", "window": "28d"},
        "late": {"take": "distinct", "of": "customer", "kind": "order", "window": "12d"},
        "stickiness": {"formula": "late / month"},
    }
    events = [*EVENTS, event("f", "2024-01-31", value=100)]
    (january, *_) = told(written(tmp_path, metrics, events), Question(("stickiness",))).cells
    assert (january["value"], january["customers"]) == (pytest.approx(2 / 6), 6)
    # Of a share of two in six that is 1 for two and 0 for four: t · √(Σ(a − v)² · 6 / 5) / 6
    half = 2.570582 * ((2 * (2 / 3) ** 2 + 4 * (1 / 3) ** 2) * 6 / 5) ** 0.5 / 6
    assert january["high"] - january["value"] == pytest.approx(half)
