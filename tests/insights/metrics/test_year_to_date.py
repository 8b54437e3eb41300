"""What a year comes to until each of its months ends."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from features.config.sections.insights.metrics import MetricSettings
from features.moments import micros
from insights.metrics.questions import Figure, Question, people_behind, told
from insights.refresh import refresh
from insights.tables import Tables
from tests.insights.shop import event, shop

# Six buy for 10 in November 2023 and in January, February and April 2024; a to e only, each for 20, in January 2025.
ORDERS = [
    event(who, when, value=1000, channel="web")
    for who in "abcdef"
    for when in ("2023-11-05", "2024-01-05", "2024-02-05", "2024-04-05")
] + [event(who, "2025-01-07", value=2000, channel="shop") for who in "abcde"]
METRICS = {
    "sales": {"take": "sum", "kind": "order", "of": "value", "since": "year", "target": {"2024-01": 100}},
    "people": {"take": "distinct", "kind": "order", "of": "customer", "since": "year"},
}


def test_each_month_holds_the_year_until_its_end_and_is_compared_with_last_year(tmp_path: Path) -> None:
    found = shop(tmp_path, ORDERS, metrics=METRICS)
    refresh(found, as_of=micros(date(2025, 3, 1)))
    tables = Tables(found.insights)
    answer = told(tables, Question(("sales", "people")))
    sales = {cell["period"]: cell for cell in answer.cells if cell["metric"] == "sales"}
    assert [sales[month]["value"] for month in ("2023-11", "2023-12", "2024-01", "2024-02", "2024-03", "2024-12")] == [
        60, 60, 60, 120, 120, 180,
    ]  # fmt: skip
    assert [sales[month]["value"] for month in ("2025-01", "2025-02")] == [100, 100]
    assert (sales["2025-01"]["change"], sales["2024-02"]["change"]) == (pytest.approx(40), None)
    assert (sales["2023-12"]["target"], sales["2024-12"]["target"]) == (None, 100)
    people = {cell["period"]: cell["value"] for cell in answer.cells if cell["metric"] == "people"}
    assert (people["2024-12"], people["2025-01"]) == (6, 5)  # each once a year
    assert people_behind(tables, Figure("people", "2024-03")) == list("abcdef")  # though nobody bought in March
    quarters = told(tables, Question(("sales",), by="channel", grain="quarter")).cells
    web = {cell["period"]: cell["value"] for cell in quarters if cell["group"] == "web"}
    assert (web["2024-Q1"], web["2024-Q2"]) == (120, 180)
    assert told(tables, Question(("sales",), grain="week")).cells == []


def test_a_quantile_is_of_one_period() -> None:
    with pytest.raises(ValueError, match="of one period"):
        MetricSettings.model_validate({"take": "quantile", "at": 0.5, "kind": "order", "of": "value", "since": "year"})
