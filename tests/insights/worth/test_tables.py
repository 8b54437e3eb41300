"""From events to the table of worths: customers answer once, and what they spend later rises with the answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from features.moments import micros
from insights.people import Audience
from insights.tables import Tables
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


def test_a_shop_without_surveys_has_no_worth(tmp_path: Path) -> None:
    assert told(shop(tmp_path / "home", [event("a", _day(0), value=100)]), tmp_path / "tables") == []


def _day(offset: int) -> str:
    return (ANSWERED + timedelta(days=offset)).isoformat(" ")
