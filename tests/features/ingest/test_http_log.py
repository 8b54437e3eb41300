"""What came over HTTP stays in the lake, whatever becomes of the log."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from features.profiles.records import records
from tests.features.shops import UNCHANGED, Shop, order_row, scopes


def test_an_event_that_came_over_http_stays_beside_one_of_a_file_with_the_same_id(tmp_path: Path) -> None:
    shop = Shop.open(tmp_path)
    shop.receive("m1", id="2", time=1_485_860_400_000_000)
    shop.ingest()
    shop.write("named", "1", order_row("m1", "2", "2017-01-31T11:00"), order_row("m1", "3", "2017-02-02"))
    report = shop.ingest()
    assert (report.full_read_reason, report.sources[0].rejected) == (None, {"duplicate_event_id": 1})
    assert report.fragments == frozenset("2")
    assert shop.events().filter(event_id="m1").select("source", "id").rows() == [("http", "2"), ("named", "2")]
    ((_, record),) = records(shop.lake(), {"2"}, as_of=0)
    assert record.number("value").tolist() == [5, 100]
    assert shop.ingest("anew").version == report.version


@pytest.mark.parametrize(
    ("log_id", "later", "how"),
    [
        ("first", [], "read whole, 3 of an earlier log kept"),  # shorter than what was read
        ("first", ["h1"], "read whole, 2 of an earlier log kept"),
        ("second", [], "read whole, 3 of an earlier log kept"),
        ("second", ["h1"], "read whole, 2 of an earlier log kept"),
        ("second", ["h0", "h1", "h2"], "read whole"),
        ("second", ["h10", "h11", "h1", "h13"], "read whole, 2 of an earlier log kept"),
    ],
)
def test_what_came_over_http_stays_when_the_log_is_another(
    tmp_path: Path, log_id: str, later: list[str], how: str
) -> None:
    shop = Shop.open(tmp_path)
    shop.visit("h0", "h1", "h2")
    shop.ingest()
    shop.switch_log(log_id)
    shop.visit(*later)
    report = shop.ingest()
    assert (report.full_read_reason, report.fragments, report.log) == (None, None, len(later))
    assert scopes(report) == UNCHANGED | {"http": how}
    assert shop.http_ids() == sorted({"h0", "h1", "h2", *later})
    assert scopes(shop.ingest()) == UNCHANGED


def test_what_came_back_is_positive_though_an_earlier_version_logged_it_as_it_came(tmp_path: Path) -> None:
    shop = Shop.open(tmp_path)
    shop.receive("h0", id="2", kind="refund", value=-3000, time=1_485_860_400_000_000)
    shop.ingest()
    assert shop.events().filter(source="http")["value"].to_list() == [3000]
    lake = shop.lake()
    lake.write({"events": lake.scan("events").with_columns(value=-pl.col("value")).collect()})  # as it wrote the lake
    shop.switch_log("second")
    shop.ingest()
    assert shop.events().filter(source="http")["value"].to_list() == [3000]


@pytest.mark.parametrize("built", [True, False])
def test_what_came_over_http_stays_when_everything_is_read_anew(tmp_path: Path, *, built: bool) -> None:
    shop = Shop.open(tmp_path)
    shop.visit("h0", "h1", "h2")
    shop.ingest()
    shop.switch_log("second")
    shop.visit("h10", "h1")
    if built:
        shop.ingest()
    shop.touch("plain", "0")
    report = shop.ingest()
    assert "plain/0.csv changed" in (report.full_read_reason or "")
    assert (report.sources[-1].scope, report.sources[-1].accepted) == ("read whole, 2 of an earlier log kept", 2)
    assert shop.http_ids() == ["h0", "h1", "h10", "h2"]
    shop.visit("h11")
    assert (shop.ingest().fragments, shop.http_ids()) == (frozenset("2"), ["h0", "h1", "h10", "h11", "h2"])


def test_a_moved_log_makes_the_lake_that_one_log_of_all_would(tmp_path: Path) -> None:
    shop = Shop.open(tmp_path)
    first = {"id": "1", "order_id": "o7", "item_id": "x"}
    shop.receive("h0", **first, time=1_485_860_400_000_000)
    shop.ingest()
    earlier = shop.log
    shop.switch_log("second")
    shop.receive("h1", **first, time=1_488_715_200_000_000)
    report = shop.ingest()
    shop.touch("plain", "0")
    assert shop.ingest().version == report.version
    shop.log = earlier + shop.log
    assert shop.ingest("anew").version == report.version
    assert shop.events().filter(order_id="o7").sort("time")["order_line"].to_list() == [1, 2]


def test_what_came_over_an_earlier_log_is_kept_whatever_ids_files_use(tmp_path: Path) -> None:
    shop = Shop.open(tmp_path)
    shop.visit("h0", "h1")
    shop.ingest()
    shop.switch_log("second")
    shop.write("named", "1", order_row("h1", "3", "2017-02-01"))
    for _ in range(2):
        assert shop.ingest().sources[-1].scope == "read whole, 2 of an earlier log kept"
        assert shop.http_ids() == ["h0", "h1"]
        assert set(shop.events().filter(event_id="h1")["source"]) == {"http", "named"}
        shop.touch("plain", "0")


def test_what_came_over_http_stays_though_the_lake_does_not_say_what_it_was_read_from(tmp_path: Path) -> None:
    shop = Shop.open(tmp_path)
    shop.visit("h0", "h1")
    shop.ingest()
    shop.lake().write({"events": shop.events()})
    shop.switch_log("second")
    assert shop.ingest().full_read_reason == "the lake does not say what it was read from"
    assert shop.http_ids() == ["h0", "h1"]


def test_lines_of_an_order_are_numbered_by_their_times_whoever_they_are_known_to_be_about(tmp_path: Path) -> None:
    shop = Shop.open(tmp_path)
    person = {"id": "f00", "id_type": "anonymous_id", "kind": "order", "order_id": "o9"}
    shop.receive("m1", **person, fragment="zoe", time=1_485_860_400_000_000)
    shop.receive("m2", **person, fragment="amy", time=1_485_860_500_000_000)
    shop.ingest()
    lines = shop.events().filter(order_id="o9").sort("time").select("fragment", "order_line")
    assert lines.rows() == [("zoe", 1), ("amy", 2)]
