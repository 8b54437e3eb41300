"""What metrics should reach, and whether they do."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from features.config.settings import Settings
from features.errors import StamkundError
from features.moments import micros
from insights.metrics.questions import Question, told
from insights.refresh import refresh
from insights.tables import Tables
from tests.insights.shop import event, shop

APRIL = micros(date(2024, 4, 2))
PEOPLE = [f"c{n}" for n in range(40)]
# January and February: everybody a 9 or 10, and bought for 10; March: half of them a 6.
ANSWERS = [
    event(who, f"2024-{month:02}-05", "survey", scale="nps", rating=6.0 if month == 3 and n % 2 else 9.0)
    for month in (1, 2, 3)
    for n, who in enumerate(PEOPLE)
]
ORDERS = [event(who, "2024-01-05", value=1000, channel="web") for who in PEOPLE]


def verdicts(home: Path, question: Question, **metrics: Any) -> list[tuple[str, float | None, str | None]]:
    found = shop(home, [*ANSWERS, *ORDERS], metrics=metrics)
    refresh(found, as_of=APRIL)
    cells = told(Tables(found.insights), question).cells
    return [(cell["period"], cell["target"], cell["verdict"]) for cell in cells]


def test_a_target_is_reached_or_missed_by_the_whole_interval(tmp_path: Path) -> None:
    # 100 is told from 89 to 100 of 40 answers, 0 from −30 to 30.
    found = verdicts(tmp_path, Question(("nps",)), nps={"score": "nps", "target": {"2024-01": 80, "2024-03": 45}})
    assert found == [("2024-01", 80, "reached"), ("2024-02", 80, "reached"), ("2024-03", 45, "missed"),
                     ("2024-04", 45, None)]  # fmt: skip
    found = verdicts(tmp_path, Question(("nps",)), nps={"score": "nps", "target": 95, "better": "lower"})
    assert [verdict for _, _, verdict in found] == ["unsure", "unsure", "reached", None]


def test_the_target_of_a_sum_is_of_a_month_and_of_all(tmp_path: Path) -> None:
    revenue = {"take": "sum", "kind": "order", "of": "value", "target": 250}
    assert verdicts(tmp_path, Question(("revenue",)), revenue=revenue)[0] == ("2024-01", 250, "reached")  # 400 ± 124
    tables = Tables(tmp_path / "insights")
    for question in (Question(("revenue",), grain="quarter"), Question(("revenue",), by="channel")):
        assert {cell["target"] for cell in told(tables, question).cells} == {None}


@pytest.mark.parametrize("target", [{"2024-13": 4}, {"March": 4}, True, "45", float("nan"), {"2024-01": None}])
def test_what_is_no_target_is_refused(target: object) -> None:
    with pytest.raises((StamkundError, ValueError), match=r"target|month"):
        Settings.model_validate({"name": "S", "home": "/x", "sources": {}, "metrics": {
            "nps": {"score": "nps", "target": target}}})  # fmt: skip
