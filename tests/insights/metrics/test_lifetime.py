from __future__ import annotations

import math
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.errors import StamkundError
from features.moments import micros
from features.scores.table import writing
from insights.metrics.questions import Figure, Question, people_behind, told
from insights.refresh import refresh
from insights.tables import Tables
from tests.insights.shop import event, shop

MARCH = micros(date(2024, 3, 10))
# In January a to e buy for 10 each; in February a buys for 20 more, b sends hers back, and f comes for 40.
EVENTS = [
    *(event(each, "2024-01-05", value=1000, cost=400) for each in "abcde"),
    event("a", "2024-02-01", value=2000, cost=500),
    event("b", "2024-02-02", "refund", value=1000, cost=400),
    event("f", "2024-02-03", value=4000, cost=4000),
]


def cells(home: Path, metric: str, **settings: Any) -> list[dict[str, Any]]:
    found = shop(home, EVENTS, **settings)
    refresh(found, as_of=MARCH)
    return told(Tables(found.insights), Question((metric,))).cells


def test_a_lifetime_value_is_what_everybody_brought_until_the_end_of_the_period(tmp_path: Path) -> None:
    january, february, march = cells(tmp_path, "lifetime_value")
    assert [(cell["value"], cell["customers"]) for cell in (january, february)] == [
        (10, 5),
        (pytest.approx(100 / 6), 6),
    ]
    # 30, 0, 10, 10, 10 and 40, whose squares come to 2800; of Student's t with 5 degrees 2.5706.
    half = 2.570582 * math.sqrt((30**2 + 3 * 10**2 + 40**2 - 100**2 / 6) / 5 / 6)
    assert february["high"] - february["value"] == pytest.approx(half)
    assert (march["open"], march["value"], march["change"], february["change"]) == (True, february["value"], None, None)
    tables = Tables(tmp_path / "insights")
    assert [people_behind(tables, Figure("lifetime_value", month)) for month in ("2024-01", "2024-02", "2024-03")] == [
        list("abcde"), list("abcdef"), list("abcdef")
    ]  # fmt: skip
    margins = told(tables, Question(("lifetime_margin",))).cells
    assert [cell["value"] for cell in margins[:2]] == [6, pytest.approx((6 + 15 + 0 + 3 * 6 + 0) / 6)]


def test_a_predicted_value_is_of_the_newest_batch_at_the_periods_end(tmp_path: Path) -> None:
    home, targets = shop(tmp_path, EVENTS), {"spend": {"type": "spend"}, "lapse": {"type": "lapse"}}
    for when, version, values in (
        (date(2024, 1, 31), 1, [10, 20, 30, 40, 50]),
        (date(2024, 2, 10), 1, [100] * 5),
        (date(2024, 2, 20), 1, [1, 1, 1, 1, 6]),
        (date(2024, 2, 20), 2, [2, 2, 2, 2, 7]),  # another champion at the same moment: the later one is told
        (date(2024, 3, 11), 2, [900] * 5),  # after the moment of the refresh
    ):
        rows = pl.DataFrame({"customer_id": list("abcde"), "value": values, "campaign_id": None})
        with writing(home.scores, {"spend": version, "lapse": 1}, as_of=micros(when)) as write:
            write("spend", rows)
            write("lapse", rows)
    january, february, march = cells(tmp_path, "predicted_value", targets=targets)
    assert [cell["value"] for cell in (january, february, march)] == [30, 3, 3]
    assert february["high"] == pytest.approx(3 + 2.776445)  # t of 4 degrees · √(20 / 4 / 5)
    assert people_behind(Tables(home.insights), Figure("predicted_value", "2024-02")) == list("abcde")


def test_without_scores_nothing_is_predicted(tmp_path: Path) -> None:
    with pytest.raises(StamkundError) as refused:
        cells(tmp_path, "predicted_value", targets={"spend": {"type": "spend"}})
    assert refused.value.code == "unknown_metric"


def test_a_model_is_a_target_of_spend_or_margin(tmp_path: Path) -> None:
    targets = {"spend": {"type": "spend"}, "lapse": {"type": "lapse"}}
    with pytest.raises(ValueError, match="Unknown target of spend or margin 'lapse'"):
        shop(tmp_path, EVENTS, targets=targets, metrics={"clv": {"lifetime": "predicted", "model": "lapse"}})
