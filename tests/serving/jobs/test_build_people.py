"""Builds that join people: the store's records are those of a build anew, whatever was joined and stopped when."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import polars as pl
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from features.config.sections.identity import IdentitySettings
from features.config.settings import Settings
from features.identity.people import events_at
from features.lake import Lake
from features.profiles.build import BuildResult
from features.profiles.records import records
from features.units import DAY
from serving.jobs.build import build_all
from serving.store.engine import open_store
from serving.store.event_log import append_events
from serving.store.tables.schema import RECORDS
from tests.features.shops import Shop

NOW = 17_500 * DAY  # 2017-11-30
IDENTITY = IdentitySettings()


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = Shop.open(tmp_path)
    visits = [("", "2", f"2017-02-{1 + n % 28:02}T{n % 24:02}:30", "visit", "", "", "1", "") for n in range(60)]
    shop.write("plain", "1", *visits)  # enough of a kind to derive features from
    return shop


@pytest.fixture
def store(store_url: str) -> Iterator[Engine]:
    engine = open_store(store_url)
    yield engine
    engine.dispose()


def settings_of(shop: Shop, store_url: str, home: str = "home") -> Settings:
    return shop.settings(home, store=store_url, identity=IDENTITY)


def built(shop: Shop, store_url: str, as_of: int = NOW) -> BuildResult:
    return build_all(settings_of(shop, store_url), as_of=as_of)


def happens(store: Engine, day: int, fragment: str, ids: str | None = None) -> None:
    """One event over HTTP, so many days before now."""
    id_type, _, value = fragment.rpartition(":")
    event = {"event_id": f"m{day}", "id_type": id_type or "user_id", "id": value, "fragment": fragment, "ids": ids}
    append_events(store, [[event | {"time": NOW - day * DAY, "kind": "visit"}]], received_at=9)


def held_and_wanted(shop: Shop, store: Engine, as_of: int = NOW) -> tuple[dict[str, bytes], dict[str, bytes]]:
    wanted = {customer: record.pack() for customer, record in records(shop.lake(), as_of=as_of)}
    with store.connect() as connection:
        return {row.customer_id: row.payload for row in connection.execute(sa.select(RECORDS))}, wanted


def test_records_follow_the_people_who_are_joined(shop: Shop, store_url: str, store: Engine) -> None:
    happens(store, 9, "anonymous_id:f00")
    happens(store, 8, "email:a@x.se")
    built(shop, store_url)
    held, wanted = held_and_wanted(shop, store)
    assert held.keys() == wanted.keys() == {"1", "2", "email:a@x.se"}
    happens(store, 7, "email:a@x.se", '{"anonymous_id":"f00"}')
    with patch("serving.jobs.build.replace_records") as replaced:
        built(shop, store_url)
        held, wanted = held_and_wanted(shop, store)
        assert held == wanted
        happens(store, 6, "3", '{"email":"a@x.se"}')
        result = built(shop, store_url)
    replaced.assert_not_called()
    held, wanted = held_and_wanted(shop, store)
    assert held.keys() == {"1", "2", "3"}
    assert held == wanted
    assert result.profiles.filter(pl.col("customer_id") == "3")["visits_all"].item() == 4


def test_a_link_that_comes_into_force_between_two_builds_joins_people(
    shop: Shop, store_url: str, store: Engine
) -> None:
    happens(store, 9, "email:a@x.se")
    happens(store, 3, "3", '{"email":"a@x.se"}')
    built(shop, store_url, as_of=NOW - 5 * DAY)
    held, wanted = held_and_wanted(shop, store, NOW - 5 * DAY)
    assert held == wanted
    assert "email:a@x.se" in held
    built(shop, store_url)
    held, wanted = held_and_wanted(shop, store)
    assert held == wanted
    assert "email:a@x.se" not in held


def test_a_build_that_stops_before_people_are_joined_is_made_good_by_the_next(
    shop: Shop, store_url: str, store: Engine
) -> None:
    happens(store, 9, "email:a@x.se")
    built(shop, store_url)
    happens(store, 6, "3", '{"email":"a@x.se"}')
    with patch("features.identity.join.resolve", side_effect=RuntimeError), pytest.raises(RuntimeError):
        built(shop, store_url)
    built(shop, store_url)
    held, wanted = held_and_wanted(shop, store)
    assert held == wanted
    assert held.keys() == {"1", "2", "3"}


def test_the_same_inputs_give_the_same_lake_and_without_identity_nobody_is_joined(
    shop: Shop, store_url: str, store: Engine
) -> None:
    happens(store, 9, "email:a@x.se")
    happens(store, 6, "3", '{"email":"a@x.se"}')
    first = built(shop, store_url).report.version
    assert built(shop, store_url).report.version == first
    lake = Lake(settings_of(shop, store_url).lake)
    assert lake.parts("persons")
    without = build_all(settings_of(shop, store_url).model_copy(update={"identity": None}), as_of=NOW)
    assert without.report.version != first
    assert not lake.parts("persons")
    assert "email:a@x.se" in events_at(lake, as_of=NOW).collect()["customer_id"]
