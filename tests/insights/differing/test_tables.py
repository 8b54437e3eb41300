"""What those who went on differ in: means and shares by hand, and how many comparisons were made."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from features.errors import StamkundError
from features.moments import micros
from insights.differing.questions import told
from insights.differing.tables import write_differing
from insights.journeys.runs import blocks
from insights.journeys.tables.journeys import write_journeys
from insights.people import Audience
from insights.tables import Tables
from tests.insights.shop import event, shop

AS_OF = micros(datetime.fromisoformat("2024-03-01"))
JOURNEY = {"buy": {"steps": ["view", "order"], "within": "7d"}, "any": {"steps": ["view", "order"], "order": "any"}}


def events(place: int) -> list[dict[str, object]]:
    """Who goes on looked on the web, and bought for 30 or 50 before; who does not looked mostly in the app."""
    who, goes_on = f"c{place:02}", place % 2 == 0
    told = [event(who, "2024-01-20 10:00", "view", channel="web" if goes_on or place < 10 else "app")]
    if goes_on:
        value = 1500 if place % 4 else 2500
        line = event(who, "2024-01-10", order_id=f"o{place}", value=value, channel="web")
        told += [line, line | {"event_id": f"{who}-2"}]
        told += [event(who, "2024-01-21", value=100, channel="web")]
    return [*told, event(who, "2024-02-29", "view", channel="web")]  # the first entry counts, this is not over


def tables_of(home: Path, customers: int = 40) -> Tables:
    told = [each for place in range(customers) for each in events(place)]
    settings = shop(home, told, [{"customer_id": f"c{n:02}", "city": "Oslo"} for n in range(20)], journeys=JOURNEY)
    audience, tables = Audience.at(settings, as_of=AS_OF), Tables(settings.insights)
    with tables.writing(as_of=AS_OF, build="b") as draft:
        write_journeys(audience, draft)
        write_differing(audience, draft)
    return tables


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    return told(tables_of(tmp_path_factory.mktemp("shop")), "buy")


def row_of(rows: list[dict[str, Any]], trait: str, group: str | None = None) -> dict[str, Any]:
    (found,) = [row for row in rows if (row["trait"], row["group"]) == (trait, group)]
    return found


def test_numbers_are_means_as_of_the_step(rows: list[dict[str, Any]]) -> None:
    spent = row_of(rows, "money_28d")
    assert (spent["n_went"], spent["n_dropped"], spent["unit"]) == (20, 20, "money")
    assert (spent["went"], spent["dropped"], spent["difference"]) == (40, 0, 40)  # not the order that came after
    assert spent["low"] == pytest.approx(40 - 2.093 * 10 / 19**0.5, abs=0.01)
    assert spent["effect"] == pytest.approx(40 / 450**0.5)  # of twenty 0, ten 30 and ten 50
    assert spent["stands"]
    assert row_of(rows, "order_all")["went"] == 1  # of two lines
    assert row_of(rows, "days_known")["difference"] == pytest.approx(10 + 10 / 24)


def test_groups_are_shares(rows: list[dict[str, Any]]) -> None:
    app = row_of(rows, "channel", "app")
    assert (app["went"], app["dropped"], app["stands"]) == (0, 0.75, True)
    city = row_of(rows, "city", "Oslo")  # of every other one of the first twenty
    assert (city["difference"], city["stands"]) == (0, False)
    assert {row["compared"] for row in rows} == {len(rows)}


def test_what_is_the_same_for_all_or_of_one_side_alone_is_not_compared(rows: list[dict[str, Any]]) -> None:
    assert [row for row in rows if row["trait"] == "view_all"] == []
    assert [row for row in rows if row["trait"] == "days_since_order"] == []  # nobody who was dropped had ordered


def test_any_order_is_not_told_and_unknown_journeys_are_refused(tmp_path: Path) -> None:
    tables = tables_of(tmp_path, customers=4)
    assert told(tables, "any") == []
    assert told(tables, "buy") == []  # two on a side
    with pytest.raises(StamkundError, match="did you mean 'buy'"):
        told(tables, "byu")


def test_parts_of_whole_customers_give_the_same(
    tmp_path: Path, rows: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("insights.journeys.runs.BLOCK", 30)
    assert len(list(blocks(Audience.at(shop(tmp_path / "a", events(0) * 40), as_of=AS_OF).events()))) > 0
    again = told(tables_of(tmp_path / "b"), "buy")
    assert [row["trait"] for row in again] == [row["trait"] for row in rows]
    assert [row["difference"] for row in again] == pytest.approx([row["difference"] for row in rows])
