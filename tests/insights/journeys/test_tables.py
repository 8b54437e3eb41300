"""Tables of journeys by hand: how soon customers come, month by month, and what those who left brought."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.lake import Lake
from features.moments import micros
from insights.journeys.questions import Answer, told
from insights.journeys.tables.journeys import write_journeys
from insights.loss.tables import write_losses
from insights.people import Audience
from insights.tables import Tables
from tests.insights.shop import event, shop

AS_OF = micros(datetime.fromisoformat("2024-05-01"))
JOURNEYS = {
    "buy": {"steps": ["view", "order"], "within": "10d", "value": "20d"},
    "ever": {"steps": ["view", "order"], "value": "20d"},
    "help": {"steps": ["support", "order"], "within": "20d"},
}


def events() -> list[dict[str, object]]:
    """In January ten look, one orders after each of 1, 2, 3 and 4 days, six go to support, and five of them buy later.

    Ten look on 30 April, of whom two order at once; whether the others will is not known.
    """
    told = [event(f"j{n}", "2024-01-10", "view", channel="web") for n in range(10)]
    told += [event(f"j{n}", _day("2024-01-10", n + 1), value=1000) for n in range(4)]
    told += [event(f"j{n}", _day("2024-01-10", 1), "support", category="late") for n in range(4, 10)]
    told += [event(f"j{n}", _day("2024-01-10", 15), value=100 * n) for n in range(5, 10)]
    told += [event(f"m{n}", "2024-04-30", "view", channel="app") for n in range(10)]
    return told + [event(f"m{n}", "2024-04-30 12:00", value=1000) for n in range(2)]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    settings = shop(tmp_path_factory.mktemp("shop"), events(), journeys=JOURNEYS)
    audience, found = Audience.at(settings, as_of=AS_OF), Tables(settings.insights)
    with found.writing(as_of=AS_OF, build="b") as draft:
        write_journeys(audience, draft)
        write_losses(audience, draft)
    return found


def answer(tables: Tables, journey: str, by: str | None = None, last: int = 0) -> Answer:
    return told(tables, journey, by, minor_units=2, last=last)


def shares(rows: list[dict[str, Any]]) -> dict[float, float]:
    return {row["hours"]: round(row["share"], 3) for row in rows if row["share"] is not None}


def test_who_may_still_come_is_not_counted_as_never_coming(tables: Tables) -> None:
    (first,) = [row for row in answer(tables, "buy").times if row["hours"] == 24]
    assert (first["watched"], first["suppressed"]) == (18, False)  # two of twenty came within a day
    # 2 of 20 after 12 h, 1 of 18 after a day, when eight are no longer watched, then 1 of 9, of 8 and of 7
    left = 18 / 20 * 17 / 18
    assert shares(answer(tables, "buy").times) == {
        1: 0, 6: 0, 24: round(1 - left, 3), 72: round(1 - left * 8 / 9 * 7 / 8, 3),
        168: round(1 - left * 8 / 9 * 7 / 8 * 6 / 7, 3), 240: round(1 - left * 6 / 9, 3),
    }  # fmt: skip
    assert [row["hours"] for row in answer(tables, "buy").steps] == [0, None]  # fewer than half come at all


def test_the_time_until_half_came_is_that_of_all_who_entered(tables: Tables) -> None:
    ever = answer(tables, "ever").steps[1]
    assert ever["reached"] == 11
    assert ever["hours"] == 15 * 24  # of those who came half had after two days


def test_groups_are_told_apart_and_few_are_hidden(tables: Tables) -> None:
    by = answer(tables, "buy", by="channel").times
    assert shares([row for row in by if row["group"] == "web"])[240] == 0.4
    assert shares([row for row in by if row["group"] == "app"]) == {1: 0, 6: 0, 24: 0.2}  # not watched for longer


def test_the_reason_of_a_support_event_tells_journeys_apart(tables: Tables) -> None:
    (first, last) = answer(tables, "help", by="reason").steps
    assert (first["group"], first["reached"], last["reached"]) == ("late", 6, 5)


def test_months_have_their_own_entries_and_the_open_one_no_share(tables: Tables) -> None:
    rows = {(row["period"], row["step"]): row for row in answer(tables, "buy", last=9).months}
    assert [rows[month, "order"]["entered"] for month in ("2024-01", "2024-04")] == [10, 10]
    assert rows["2024-01", "order"]["share"] == 0.4
    assert (rows["2024-04", "order"]["share"], rows["2024-04", "view"]["open"]) == (None, 8)
    assert {row["period"] for row in answer(tables, "buy", last=1).months} == {"2024-04"}
    assert answer(tables, "buy").months == []


def test_a_month_before_the_entry_that_came_furthest_is_told_too(tmp_path: Path) -> None:
    days = [("2024-01-10", "view"), ("2024-03-01", "view"), ("2024-03-02", "order")]
    settings = shop(tmp_path, [event(who, day, kind) for who in "abcde" for day, kind in days], journeys=JOURNEYS)
    found = Tables(settings.insights)
    with found.writing(as_of=AS_OF, build="b") as draft:
        write_journeys(Audience.at(settings, as_of=AS_OF), draft)
        write_losses(Audience.at(settings, as_of=AS_OF), draft)
    reached = [(row["period"], row["step"], row["reached"]) for row in answer(found, "buy", last=9).months]
    assert reached == [
        ("2024-01", "view", 5), ("2024-01", "order", 0), ("2024-03", "view", 5), ("2024-03", "order", 5),
    ]  # fmt: skip


def test_a_month_is_of_who_people_were_when_the_time_of_its_entries_was_over(tmp_path: Path) -> None:
    # In January a to f look by the web and a and b order. On 5 February b turns out to be a: the month's ten days
    # are not over. On 5 March d turns out to be c. g, who looked by the app in January, says yes in March, f a no.
    consent = {"purposes": {"analytics": {"gates": ["insights"]}}, "default": "denied"}
    told = [event(who, "2024-01-28", "view", channel="app" if who == "g" else "web") for who in "abcdefgh"]
    told += [event(who, "2024-01-29", value=100) for who in "ab"]
    told += [event(who, "2024-01-01", "consent", purpose="analytics", status="granted") for who in "abcdefh"]
    told += [event("g", "2024-03-05", "consent", purpose="analytics", status="granted")]
    settings = shop(tmp_path, told, journeys=JOURNEYS, consent=consent)
    links = [("b", "a", "2024-02-05"), ("d", "c", "2024-03-05")]
    rows = [
        {"fragment": one, "customer_id": other, "from": micros(datetime.fromisoformat(day)), "to": 2**63 - 1}
        for one, other, day in links
    ]
    persons = pl.DataFrame(rows).with_columns(nobody_from=pl.lit(None, pl.Int64))
    Lake(settings.lake).write_people({"persons": persons})
    found = Tables(settings.insights)
    with found.writing(as_of=AS_OF, build="b") as draft:
        write_journeys(Audience.at(settings, as_of=AS_OF), draft)
        write_losses(Audience.at(settings, as_of=AS_OF), draft)
    months = answer(found, "buy", last=9).months
    assert [(row["step"], row["entered"], row["reached"]) for row in months] == [("view", 6, 6), ("order", 6, 1)]
    assert [row["entered"] for row in answer(found, "buy").steps] == [6, 6]  # a, c, e, f, g, h: as of now
    by = answer(found, "buy", by="channel", last=9).months
    assert {(row["group"], row["entered"]) for row in by} == {("web", 6)}


def test_what_those_who_left_brought_is_told_by_where_they_went(tables: Tables) -> None:
    (row,) = answer(tables, "buy").next
    assert (row["step"], row["next"], row["entries"], row["known"]) == ("view", "support", 6, 6)
    assert row["brought"] == pytest.approx((5 + 6 + 7 + 8 + 9) / 6)
    assert row["brought_low"] < row["brought"] < row["brought_high"]


def test_an_older_journey_has_the_same_tables_twice(tables: Tables, tmp_path: Path) -> None:
    settings = shop(tmp_path, events(), journeys=JOURNEYS)
    again = Tables(settings.insights)
    with again.writing(as_of=AS_OF, build="b") as draft:
        write_journeys(Audience.at(settings, as_of=AS_OF), draft)
    assert all(again.file(name).name == tables.file(name).name for name in ("journey_months", "journey_times"))


def _day(start: str, days: int) -> str:
    return (datetime.fromisoformat(start) + timedelta(days=days)).isoformat(" ")
