from __future__ import annotations

import math
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from features.config.settings import Settings
from features.errors import StamkundError
from features.lake import Lake
from features.moments import micros
from insights.holdings import forget, holdings
from insights.metrics.questions import Figure, Question, people_behind, told
from insights.refresh import refresh
from insights.tables import Tables
from tests.insights.shop import Event, event, shop

MARCH = micros(date(2024, 3, 10))
# Six customers in January: a buys twice, for 10 and 20, the others once for 10. In February a, b, c, d and e do, once
# each for 30, and b sends hers back. In March, which is not over, a does.
EVENTS = [
    event("a", "2024-01-02", value=1000, channel="web"),
    event("a", "2024-01-31 23:59:59", value=2000, channel="web"),
    *(event(each, "2024-01-05", value=1000, channel="web" if each == "b" else "shop") for each in "bcdef"),
    *(event(each, "2024-02-01", value=3000, channel="web") for each in "abcde"),
    event("b", "2024-02-20", "refund", value=3000, channel="web"),
    event("a", "2024-03-01", value=500, channel="web"),
]


def refreshed(settings: Settings, as_of: int = MARCH) -> Tables:
    refresh(settings, as_of=as_of)
    return Tables(settings.insights)


def cells_of(tables: Tables, metric: str, **question: Any) -> list[dict[str, Any]]:
    return told(tables, Question((metric,), **question)).cells


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return refreshed(shop(tmp_path_factory.mktemp("shop"), EVENTS))


@pytest.mark.parametrize(
    ("metric", "january", "february"),
    [
        ("revenue", 80.0, 120.0),  # 10 + 20 + 5 · 10; 5 · 30 − 30
        ("orders", 7, 5),
        ("buyers", 6, 5),
        ("basket", 80 / 7, 30.0),
        ("orders_per_buyer", 7 / 6, 1.0),
        ("revenue_per_buyer", 80 / 6, 24.0),
    ],
)
def test_default_metrics_are_what_a_hand_counts(tables: Tables, metric: str, january: float, february: float) -> None:
    first, second, march = cells_of(tables, metric)
    assert [first["period"], second["period"], march["period"]] == ["2024-01", "2024-02", "2024-03"]
    assert (first["value"], second["value"]) == (pytest.approx(january), pytest.approx(february))
    assert (first["customers"], second["customers"]) == (6, 5)
    assert [first["open"], second["open"], march["open"]] == [False, False, True]


def test_the_interval_of_a_total_is_that_of_drawing_customers_anew(tables: Tables) -> None:
    january = cells_of(tables, "revenue")[0]
    half = 1.959964 * math.sqrt(30**2 + 5 * 10**2)  # a brought 30, the others 10 each
    assert (january["low"], january["high"]) == (pytest.approx(80 - half), pytest.approx(80 + half))


def test_a_change_has_the_interval_of_the_difference_and_open_periods_are_not_compared(tables: Tables) -> None:
    first, second, march = cells_of(tables, "buyers")
    assert (first["change"], march["change"]) == (None, None)
    low, high = ((1.959964**2) * 5) ** 0.5, ((1.959964**2) * 6) ** 0.5
    assert second["change"] == -1
    assert second["change_low"] == pytest.approx(-1 - math.hypot(low, high))
    assert second["compared"] == 1


def test_groups_add_up_to_all_and_a_small_one_is_suppressed(tables: Tables) -> None:
    january = [cell for cell in cells_of(tables, "revenue", by="channel") if cell["period"] == "2024-01"]
    assert {cell["group"]: cell["suppressed"] for cell in january} == {"shop": True, "web": True}
    assert {cell["value"] for cell in january} == {None}
    february = [cell for cell in cells_of(tables, "revenue", by="channel") if cell["period"] == "2024-02"]
    assert [(cell["group"], cell["value"]) for cell in february] == [("web", 120.0)]


def test_customers_are_told_apart_by_how_they_came_and_by_what_tables_say(tmp_path: Path) -> None:
    # In January a and b came by the web, c to f by the shop; all of them buy on the web in February.
    customers = [{"customer_id": each, "plan": "gold" if each == "a" else "plain"} for each in "abcdef"]
    events = [*EVENTS, *(event(each, "2024-02-02", value=1000, channel="web") for each in "abcdefgh")]
    tables = refreshed(shop(tmp_path, [*events, event("g", "2024-01-03", "view", channel="mail")], customers))
    assert {"acquisition", "plan", "channel"} <= set(told(tables, Question()).dimensions)
    came = [cell for cell in cells_of(tables, "orders", by="acquisition") if cell["period"] == "2024-02"]
    assert {cell["group"]: cell["suppressed"] for cell in came} == {"mail": True, "shop": True, "web": True}
    plan = [cell for cell in cells_of(tables, "buyers", by="plan") if cell["period"] == "2024-02"]
    assert {cell["group"]: cell["customers"] for cell in plan} == {None: None, "gold": None, "plain": 5}


def test_attributes_may_be_called_as_columns_of_events_are(tmp_path: Path) -> None:
    names = ("status", "source", "text", "kind", "time", "period", "days", "ended", "entered")
    customers = [{"customer_id": each, **dict.fromkeys(names, "yes")} for each in "abcdef"]
    metrics = {
        "half": {"take": "quantile", "at": 0.5, "of": "value", "kind": "order"},
        "second": {"after": "first order", "then": "order", "within": "28d"},
    }
    tables = refreshed(shop(tmp_path, EVENTS, customers, metrics=metrics))
    for name in names:
        for metric in ("buyers", "half", "second"):
            cell = next(cell for cell in cells_of(tables, metric, by=name) if cell["group"] == "yes")
            assert (cell["period"], cell["customers"]) == ("2024-01", 6), (name, metric)


def test_whoever_changes_hands_counts_as_known_at_the_end_of_each_period(tmp_path: Path) -> None:
    settings = shop(tmp_path, [event(each, f"2024-0{month}-05", value=1000) for month in (1, 2) for each in "abcdef"])
    feb, ever = micros(date(2024, 2, 10)), 2**62
    row = {"fragment": "b", "customer_id": "a", "from": feb, "to": ever, "nobody_from": None}
    Lake(settings.lake).write_people({"persons": pl.DataFrame([row], schema_overrides={"nobody_from": pl.Int64})})
    tables = refreshed(settings)
    assert [cell["customers"] for cell in cells_of(tables, "buyers")[:2]] == [6, 5]
    assert [cell["value"] for cell in cells_of(tables, "orders")[:2]] == [6, 6]  # nobody's order counts twice


def test_who_does_not_allow_it_is_nowhere(tmp_path: Path) -> None:
    consent = {"purposes": {"analytics": {"basis": "interest", "gates": ["insights"]}}}
    no = event("f", "2024-03-02", "consent", purpose="analytics", status="denied")
    tables = refreshed(shop(tmp_path, [*EVENTS, no], consent=consent))
    assert cells_of(tables, "revenue")[0]["value"] == 70.0


def test_a_declared_metric_reads_its_conditions_and_replaces_a_default_one(tmp_path: Path) -> None:
    metrics = {
        "revenue": {"take": "sum", "kind": "order", "of": "value", "where": {"value": {"at_least": 15}}, "target": 99},
        "web_share": {"take": "ratio", "kind": "order", "where": {"channel": "web"}, "over": {"where": {}}},
    }
    tables = refreshed(shop(tmp_path, EVENTS, metrics=metrics))
    assert [cell["value"] for cell in cells_of(tables, "web_share")[:2]] == [pytest.approx(3 / 7), 1.0]
    answer = told(tables, Question(("revenue",)))
    assert answer.metrics[0]["target"] == 99
    assert [(cell["value"], cell["suppressed"]) for cell in answer.cells[:2]] == [(None, True), (150.0, False)]


def test_the_same_lake_gives_the_same_bytes_and_later_rows_move_no_closed_cell(tmp_path: Path) -> None:
    settings = shop(tmp_path, EVENTS)
    first = refreshed(settings).manifest
    assert refreshed(settings).manifest == first
    before = cells_of(Tables(settings.insights), "revenue")[:2]
    later = [event(each, "2024-03-09", value=9900, channel="web") for each in "abcdef"]
    after = cells_of(refreshed(shop(tmp_path, [*EVENTS, *later])), "revenue")[:2]
    assert after == before


def test_names_that_are_not_known_are_refused_with_the_nearest(tables: Tables) -> None:
    for question, code in ((Question(("revenu",)), "unknown_metric"), (Question(by="chanel"), "unknown_dimension")):
        with pytest.raises(StamkundError, match="did you mean") as refused:
            told(tables, question)
        assert refused.value.code == code
    with pytest.raises(StamkundError) as none:
        told(Tables(Path("nowhere")), Question())
    assert none.value.code == "no_insights"


def test_cells_equal_a_count_by_brute_force(tmp_path: Path) -> None:
    draw = np.random.default_rng(3)
    events: list[Event] = [
        event(f"c{draw.integers(9)}", f"2024-0{draw.integers(1, 4)}-{day:02} {hour:02}", value=int(draw.integers(900)),
              channel=["web", "shop", None][draw.integers(3)])
        for day in range(1, 28) for hour in range(3)
    ]  # fmt: skip
    tables = refreshed(shop(tmp_path, events), micros(date(2024, 6, 1)))
    for by in (None, "channel"):
        for cell in cells_of(tables, "basket", by=by):
            own = [e for e in events if cell["start"] <= int(str(e["time"])) < cell["end"]]
            own = [e for e in own if by is None or e["channel"] == cell["group"]]
            people = {e["fragment"] for e in own}
            assert cell["suppressed"] == (0 < len(people) < 5)
            if own and not cell["suppressed"]:
                assert cell["customers"] == len(people)
                assert cell["value"] == pytest.approx(sum(int(str(e["value"])) for e in own) / len(own) / 100)


def test_each_list_is_as_long_as_its_figure_says_and_an_erased_customer_is_on_none(tmp_path: Path) -> None:
    settings = shop(tmp_path, EVENTS)
    tables = refreshed(settings)
    for metric in ("revenue", "basket", "revenue_per_buyer"):
        for grain in ("month", "quarter"):
            for by in (None, "channel"):
                for cell in cells_of(tables, metric, by=by, grain=grain):
                    people = people_behind(tables, Figure(metric, cell["period"], by, cell["group"]))
                    assert len(people) == (0 if cell["suppressed"] else cell["customers"])
    assert people_behind(tables, Figure("buyers", "2024-02")) == ["a", "b", "c", "d", "e"]
    rows_of = holdings(settings)[0].rows
    assert rows_of is not None
    assert [row["start"] for row in rows_of(["b"]) if row["table"] == "behind"][:1] == ["2024-01-01T00:00:00Z"]
    forget(settings, ["b"])
    assert people_behind(tables, Figure("buyers", "2024-02")) == ["a", "c", "d", "e"]
    assert rows_of(["b"]) == []


def test_what_may_be_a_month_or_a_quarter_is_told_to_be_either(tables: Tables) -> None:
    for period, case in (
        ("2024-1", "either"), ("2024-11", "near"), ("2024-12", "near"), ("2024-5", "near"), ("2024-00", "beyond"),
        ("2024-13", "beyond"), ("2024-20", "beyond"), ("2024-Q0", "beyond"), ("2024-Q4", "near"), ("2024-Q5", "beyond"),
    ):  # fmt: skip
        with pytest.raises(StamkundError) as refused:
            people_behind(tables, Figure("buyers", period))
        assert (refused.value.code, refused.value.params["case"]) == ("unknown_period", case)
    with pytest.raises(StamkundError, match="month 2024-01 or the quarter 2024-Q1"):
        people_behind(tables, Figure("buyers", "2024-1"))
    with pytest.raises(StamkundError, match="2024-13' is beyond the year: its months are 2024-01 to 2024-12"):
        people_behind(tables, Figure("buyers", "2024-13"))


def test_who_is_referred_later_was_not_referred_before_where_all_are_by_now(tmp_path: Path) -> None:
    # All six buy in January, when five of them are referred, and the sixth is in February.
    history = [event(who, "2024-01-20", value=100) for who in "abcdef"]
    history += [event(who, "2024-01-05" if who < "f" else "2024-02-05", "referred") for who in "abcdef"]
    cells = told(refreshed(shop(tmp_path, history)), Question(("buyers",), by="referred")).cells
    january = {cell["group"]: (cell["value"], cell["suppressed"]) for cell in cells if cell["period"] == "2024-01"}
    assert january == {"yes": (5, False), "no": (None, True)}


def test_what_a_metric_asks_for_and_no_event_has_is_named_with_the_nearest(tmp_path: Path) -> None:
    metrics = {
        "web": {"take": "count", "kind": "order", "where": {"channel": ["web", "wbe"]}},
        "back": {"after": "first ordr", "then": "order", "within": "9d"},
        "fine": {
            "take": "ratio",
            "kind": "order",
            "where": {"channel": "shop"},
            "over": {"kind": "refund", "where": {}},
        },
    }
    tables = refreshed(shop(tmp_path, EVENTS, metrics=metrics))
    unheld = {row["metric"]: row["nobody_has"] for row in told(tables, Question((*metrics, "revenue"))).metrics}
    assert unheld == {
        "web": [{"name": "channel", "text": "wbe", "near": "web"}],
        "back": [{"name": "kind", "text": "ordr", "near": "order"}],
        "fine": [], "revenue": [],
    }  # fmt: skip
