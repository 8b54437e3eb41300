"""Builds of a growing shop, for the service: interrupted anywhere, and made good by the next one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
import polars as pl
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from features.config.settings import Settings
from features.profiles.build import BuildResult, build
from features.profiles.records import records
from features.units import DAY
from serving.jobs.build import build_all
from serving.store.choices.choices import Choice, add_choices
from serving.store.engine import meta, open_store
from serving.store.event_log import append_events
from serving.store.migrations.version import VERSION
from serving.store.records import record_of
from serving.store.tables.schema import SCHEMA
from tests.features.shops import Shop

NOW = 17_500 * DAY  # 2017-11-30
NOON = NOW - DAY // 2


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = Shop.open(tmp_path)
    visits = [("", "2", f"2017-02-{1 + n % 28:02}T{n % 24:02}:30", "visit", "", "", "1", "") for n in range(60)]
    shop.write("plain", "1", *visits)  # enough of a kind to derive features from
    return shop


def add(shop: Shop, name: str, day: str, customer: str) -> None:
    shop.write("plain", name, ("", customer, day, "order", "", "x", "1", ""))


def built(shop: Shop, store_url: str) -> BuildResult:
    return build_all(settings_of(shop, store_url), as_of=NOW)


def settings_of(shop: Shop, store_url: str) -> Settings:
    return shop.settings(store=store_url)


@pytest.fixture
def store(store_url: str) -> Iterator[Engine]:
    engine = open_store(store_url)
    yield engine
    engine.dispose()


def held(store: Engine, customers: str = "123") -> dict[str, bytes]:
    found = {customer: record_of(store, customer) for customer in customers}
    return {customer: record.pack() for customer, record in found.items() if record is not None}


def wanted(shop: Shop) -> Mapping[str, bytes]:
    return {customer: record.pack() for customer, record in records(shop.lake(), as_of=0)}


def test_only_records_that_something_new_is_about_are_made_anew(shop: Shop, store_url: str, store: Engine) -> None:
    first = built(shop, store_url)
    add(shop, "2", "2017-03-01", customer="3")
    event = {"event_id": "m1", "id_type": "user_id", "id": "2", "fragment": "2", "time": 5, "kind": "visit"}
    append_events(store, [[event]], received_at=9)
    with patch("serving.jobs.build.replace_records") as replaced:
        second = built(shop, store_url)
    replaced.assert_not_called()
    assert (first.report.fragments, second.report.fragments) == (None, frozenset("23"))
    assert held(store) == wanted(shop)
    assert meta(store)["records"] == "3"
    with patch("serving.jobs.build.replace_records") as replaced:
        assert built(shop, store_url).report.version == second.report.version
    replaced.assert_not_called()


def test_records_of_another_lake_are_all_replaced(shop: Shop, store_url: str, store: Engine) -> None:
    built(shop, store_url)
    add(shop, "2", "2017-03-01", customer="3")
    build(settings_of(shop, store_url), as_of=NOW)  # of the lake alone
    assert held(store).keys() == {"1", "2"}
    assert built(shop, store_url).report.fragments == frozenset()
    assert held(store) == wanted(shop)


def visits(store_url: str, *names: str) -> None:
    store = open_store(store_url)
    whose = {"id_type": "user_id", "id": "2", "fragment": "2", "time": 1_486_116_000_000_000, "kind": "visit"}
    append_events(store, [[{"event_id": name, **whose}] for name in names], received_at=9)
    store.dispose()


def over_http(shop: Shop) -> list[str]:
    return sorted(shop.events().filter(source="http")["event_id"])


def test_no_event_is_lost_when_the_store_moves(tmp_path: Path, shop: Shop, store_url: str) -> None:
    moved = f"sqlite:///{tmp_path / 'moved.db'}"
    visits(store_url, "h0", "h1", "h2")
    built(shop, store_url)
    visits(moved, "h10", "h11", "h1", "h13", "h14")
    report = built(shop, moved).report
    everything = ["h0", "h1", "h10", "h11", "h13", "h14", "h2"]
    assert (report.full_read_reason, over_http(shop)) == (None, everything)
    assert report.sources[-1].scope == "read whole, 2 of an earlier log kept"
    store = open_store(moved)
    assert held(store) == wanted(shop)
    store.dispose()
    visits(store_url, "h3")
    built(shop, store_url)  # and back
    assert over_http(shop) == sorted([*everything, "h3"])
    store = open_store(store_url)
    assert held(store) == wanted(shop)
    store.dispose()


def test_an_emptied_store_takes_nothing_from_the_lake(shop: Shop, store_url: str, store: Engine) -> None:
    visits(store_url, "h0", "h1", "h2")
    built(shop, store_url)
    with store.begin() as connection:
        for table in (*SCHEMA.sorted_tables, VERSION):
            connection.execute(sa.schema.DropTable(table))
    report = built(shop, store_url).report
    assert (report.full_read_reason, over_http(shop)) == (None, ["h0", "h1", "h2"])
    assert held(store) == wanted(shop)


STEPS = [
    "features.ingest.pipeline.validate_rows",
    "features.ingest.events.lake_events.LakeEvents.write",
    "features.ingest.quarantine.Quarantine.publish",
    "features.lake.manifest.write_text",
    "features.profiles.build.write_profiles",
    "serving.store.records._describe_build",
]


@pytest.mark.parametrize("step", STEPS)
def test_a_build_that_fails_at_any_step_leaves_the_last_good_one(tmp_path: Path, shop: Shop, step: str) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    profiles_before = (before := built(shop, url)).profiles
    store = open_store(url)
    records_before = held(store)
    add(shop, "2", "2017-02-03", customer="1")
    shop.write("named", "1", ("b", "", "2017-02-03", "order", "", "x", "1", ""))
    with patch(step, side_effect=RuntimeError("the power went")), pytest.raises(RuntimeError, match="the power went"):
        built(shop, url)
    assert shop.events().height == 62
    assert pl.read_parquet(before.path).equals(profiles_before, null_equal=True)
    assert held(store) == records_before
    after = built(shop, url)
    assert held(store) == wanted(shop)
    store.dispose()
    fresh = build_all(
        settings_of(shop, f"sqlite:///{tmp_path / 'fresh.db'}").model_copy(update={"home": tmp_path / "fresh"}),
        as_of=NOW,
    )
    assert after.report.version == fresh.report.version
    assert after.profiles.equals(fresh.profiles, null_equal=True)
    rejected = tmp_path / "home" / "rejects" / "named.csv"
    assert rejected.read_text() == (tmp_path / "fresh" / "rejects" / "named.csv").read_text()


def test_what_was_decided_is_history_from_the_next_build_on(shop: Shop, store_url: str, store: Engine) -> None:
    built(shop, store_url)
    choice = Choice("d1", "2", NOON, "email", "hero", 1, "tea", "spring", "offer")
    with store.begin() as connection:
        add_choices(connection, [choice, replace(choice, fragment="anonymous_id:f", position=2)])
        add_choices(connection, [replace(choice, fragment="3", kind="holdout", arm="off")])
    first = built(shop, store_url)
    record = record_of(store, "2")
    assert record is not None
    (at,) = np.flatnonzero(record.equals("kind", "decision")).tolist()
    columns = ("offer_id", "campaign_id", "channel")
    assert [record.texts(name, np.array([at]))[0] for name in columns] == ["tea", "spring", "email"]
    assert record.number("time")[at] == NOON
    told = shop.lake().scan("events").filter(kind="decision").sort("fragment").collect()
    assert told.select("fragment", "id_type", "id", "decision_id", "time").rows() == [
        ("2", "user_id", "2", "d1", NOON), ("anonymous_id:f", "anonymous_id", "f", "d1", NOON),
    ]  # fmt: skip
    back = shop.lake().scan("events").filter(kind="holdout").collect()
    assert back.select("fragment", "offer_id", "campaign_id", "status").rows() == [("3", "tea", "spring", "off")]
    assert held(store) == wanted(shop)
    assert built(shop, store_url).report.version == first.report.version  # each is logged once
