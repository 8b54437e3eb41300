"""From events to the table of worths: customers answer once, and what they spend later rises with the answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from features.errors import StamkundError
from features.moments import micros
from insights.people import Audience
from insights.tables import Tables
from insights.worth.people import people_of_experience
from insights.worth.tables import write_worth
from tests.insights.shop import event, shop

ANSWERED = datetime.fromisoformat("2024-06-01 12:00")
AS_OF = micros(ANSWERED + timedelta(days=137))
CUSTOMERS = 440


def events(place: int) -> list[dict[str, object]]:
    """Of one customer: 50 in each window before, and 50 with 2 for each point (and a little by chance) after."""
    rating, who = place % 11, f"c{place:04}"
    orders = [(-330, 5000), (-270, 5000), (-180, 5000), (-90, 5000), (90, 5000 + 200 * rating + 7 * (place % 3))]
    answer = {"scale": "nps", "rating": float(rating), "channel": "web" if place % 2 else "store"}
    return [
        *(event(who, _day(day), value=value) for day, value in orders),
        event(who, _day(0), "survey", **answer),
    ]


@pytest.fixture(scope="module")
def worth(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    settings = shop(tmp_path_factory.mktemp("shop"), [each for place in range(CUSTOMERS) for each in events(place)])
    return {row["name"]: row for row in told(settings, tmp_path_factory.mktemp("tables"))}


def told(settings: Any, folder: Path) -> list[dict[str, Any]]:
    tables = Tables(folder)
    with tables.writing(as_of=AS_OF, build="b1") as draft:
        write_worth(Audience.at(settings, as_of=AS_OF), draft)
    rows: list[dict[str, Any]] = tables.read("worth").to_pylist()
    return rows


def test_those_who_went_through_the_worst_are_listed_first(tmp_path: Path) -> None:
    told = [("cy", -40, 2.0), ("ann", -30, 9.0), ("ann", -20, 1.0), ("bo", -10, 7.0), ("di", -500, 0.0)]
    rows = [event(who, _day(day), "survey", scale="nps", rating=rating) for who, day, rating in told]
    failed = [event("eve", _day(-9), order_id="o1"), event("eve", _day(-8), "cancel", order_id="o1")]
    failed.append(event("fay", _day(-9), order_id="o2"))  # and it came
    audience = Audience.at(shop(tmp_path, [*rows, *failed]), as_of=AS_OF)
    assert people_of_experience(audience, "nps") == ["ann", "cy", "bo"]  # their latest of a year; di's is older
    assert people_of_experience(audience, "cancel") == ["eve"]
    with pytest.raises(StamkundError, match="did you mean 'nps'") as raised:
        people_of_experience(audience, "npps")
    assert raised.value.code == "unknown_experience"


def test_a_point_is_worth_what_it_adds(worth: dict[str, Any]) -> None:
    nps = worth["nps"]
    assert nps["refusal"] is None
    assert (nps["n"], nps["kept"]) == (CUSTOMERS, 0)
    assert nps["spend"] == pytest.approx(2, abs=0.02)
    assert nps["spend_low"] < nps["spend"] < nps["spend_high"]
    assert nps["naive"] == pytest.approx(nps["spend"])  # nothing else moves both here


def test_half_of_the_answers_are_too_few(worth: dict[str, Any]) -> None:
    for channel in ("web", "store"):
        row = worth[f"nps, {channel}"]
        assert (row["refusal"], row["spend"]) == ("worth_needs_answers", None)
        assert dict(row["params"]) == {"answers": CUSTOMERS / 2, "least": 400}


def test_a_point_is_worth_as_many_times_as_it_is_answered_in_a_year(worth: dict[str, Any]) -> None:
    nps = worth["nps"]
    a_year = CUSTOMERS * 365 / 91  # all answered at once: of so short a span a quarter is taken
    assert (nps["unit"], nps["yearly"]) == ("point", pytest.approx(nps["spend"] * a_year))
    assert nps["yearly_low"] == pytest.approx(nps["spend_low"] * a_year)


def waiting(place: int) -> list[dict[str, object]]:
    """Of one customer: every other order is cancelled, which takes 9 off later spending; a day's wait takes off 2."""
    who, days, cancelled = f"c{place:04}", place % 11, place // 11 % 2
    spent = [(-330, 5000), (-270, 5000), (-180, 5000), (-90, 5000), (90, 5000 - 200 * days - 900 * cancelled)]
    ticket = {"ticket_id": f"t{place}", "category": "delivery"}
    told = [event(who, _day(day), value=value + place % 3) for day, value in spent]
    told += [event(who, _day(0), value=100, order_id=f"o{place}"), event(who, _day(0), "support", **ticket)]
    told += [event(who, _day(days), "support_answered", **ticket)] if days < 10 else []
    return told + ([event(who, _day(1), "cancel", order_id=f"o{place}")] if cancelled else [])


def test_a_day_of_waiting_and_a_failed_order_cost_what_they_take_off(tmp_path: Path) -> None:
    settings = shop(tmp_path / "home", [each for place in range(CUSTOMERS) for each in waiting(place)])
    rows = told(settings, tmp_path / "tables")
    worth = {row["name"]: row for row in rows}
    assert list(worth) == ["cancel", "support_answered"]  # what is worth most a year first
    answered, cancel = worth["support_answered"], worth["cancel"]
    # Tickets that nobody answered have waited 28 days, which counts as much as if 28 days took off 20 in all.
    assert (answered["unit"], answered["n"], answered["refusal"]) == ("day", CUSTOMERS, None)
    assert -2 < answered["spend"] < -0.5
    assert (cancel["unit"], cancel["n"]) == ("failure", CUSTOMERS)
    assert cancel["spend"] == pytest.approx(-9, abs=0.1)
    failures = CUSTOMERS / 2 * 365 / 91
    assert cancel["yearly"] == pytest.approx(-cancel["spend"] * failures)


def test_a_shop_without_surveys_has_no_worth(tmp_path: Path) -> None:
    assert told(shop(tmp_path / "home", [event("a", _day(0), value=100)]), tmp_path / "tables") == []


def _day(offset: int) -> str:
    return (ANSWERED + timedelta(days=offset)).isoformat(" ")
