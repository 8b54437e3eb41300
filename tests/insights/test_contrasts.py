from __future__ import annotations

import math
from datetime import date

import pytest

from features.errors import StamkundError
from features.moments import micros
from insights.contrasts import contrasts
from insights.metrics.questions import Question, told
from insights.refresh import refresh
from insights.tables import Tables
from tests.insights.shop import event, shop

MARCH = micros(date(2024, 3, 10))
# In January six buy on the web for 20 each and five in the store for 10 each; in February and March all buy on the web.
EVENTS = [
    *(event(each, "2024-01-02", value=2000, channel="web") for each in "abcdef"),
    *(event(each, "2024-01-03", value=1000, channel="store") for each in "bcdef"),
    *(event(each, f"2024-0{month}-01", value=3000, channel="web") for month in (2, 3) for each in "abcdef"),
]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    settings = shop(tmp_path_factory.mktemp("shop"), EVENTS)
    refresh(settings, as_of=MARCH)
    return Tables(settings.insights)


def test_two_groups_differ_by_what_a_hand_counts_and_only_where_both_are_told(tables: Tables) -> None:
    answer = told(tables, Question(("revenue",), by="channel", compare=("web", "store")))
    january, february, march = answer.differences
    assert (january["value"], january["other_value"], january["difference"]) == (120.0, 50.0, 70.0)
    z = 1.959964  # the interval of a sum is z times the root of the squares of what each customer brought
    half = z * math.sqrt(6 * 20**2 + 5 * 10**2)
    assert (january["low"], january["high"]) == (pytest.approx(70 - half), pytest.approx(70 + half))
    assert [row["difference"] for row in (february, march)] == [None, None]
    assert [row["compared"] for row in answer.differences] == [1, 1, 1]
    assert "channel" in answer.overlapping
    assert "acquisition" not in answer.overlapping


def test_an_open_period_and_a_suppressed_group_are_not_compared() -> None:
    about = {"metric": "m", "dimension": "by", "period": "p", "start": 0, "end": 1, "low": 1.0, "high": 3.0, "n": 9}
    one = {**about, "group": "a", "value": 2.0, "open": False}
    for other in ({"value": 2.0, "open": True}, {"value": None, "low": None, "high": None, "open": False}):
        (row,) = contrasts([one, {**about, "group": "b", **other}], ("a", "b"))
        assert (row["difference"], row["stands"], row["compared"]) == (None, False, 0)


def test_a_difference_turns_with_its_groups() -> None:
    about = {"dimension": "by", "period": "p", "start": 0, "end": 1, "open": False, "n": 9}
    cells = [
        {**about, "metric": f"m{place}", "group": group, "value": value, "low": value - 1, "high": value + 2}
        for place in range(2)
        for group, value in (("a", 5.0 + place), ("b", 1.0))
    ]
    for there, back in zip(contrasts(cells, ("a", "b")), contrasts(cells, ("b", "a")), strict=True):
        assert there["compared"] == 2
        assert (there["difference"], there["low"], there["high"], there["stands"]) == (
            -back["difference"], -back["high"], -back["low"], back["stands"],
        )  # fmt: skip


@pytest.mark.parametrize(
    ("by", "groups", "code"),
    [
        (None, ("web", "store"), "group_of_nothing"),
        ("channel", ("web", "stor"), "unknown_group"),
        ("channel", ("web",), "two_groups_needed"),
        ("channel", ("web", "web"), "two_groups_needed"),
    ],
)
def test_what_cannot_be_compared_is_refused(tables: Tables, by: str | None, groups: tuple[str, ...], code: str) -> None:
    with pytest.raises(StamkundError) as refused:
        told(tables, Question(by=by, compare=groups))
    assert (refused.value.code, refused.value.field) == (code, "compare")
