"""Days, weeks, evenings and weekends are those of the company's clock, on every engine and in records."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import duckdb
import narwhals as nw
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features import profile_frame
from features.evaluate.offline.aggregate import local_time
from features.evaluate.online.record import Record
from features.events.local_time import clock_of
from features.events.tables import EVENT_YEARS
from features.language.declare import declare
from features.moments import micros, utc
from features.profiles.fitted.feature_set import FeatureSet
from features.units import DAY, WEEK
from tests.features.histories import history
from tests.features.one_customer import SHOP, Row, event, frame, profile_of

# Of either side of Greenwich, with half an hour of summer time, with a day left out, and with none of it.
ZONES = ("Europe/Berlin", "America/Los_Angeles", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kolkata")
DAYS = declare("days", take="distinct", of="day", kind="order", windows="all")
HABITS = ("evening_share_all", "morning_share_all", "weekend_share_all", "days_all")
AS_OF = micros(datetime(2024, 12, 1, tzinfo=UTC))


def at(time: str) -> Row:
    """An order at a moment that tells its offset."""
    return event(0, id=time) | {"time": micros(datetime.fromisoformat(time))}


def habits(zone: str, *times: str) -> list[float]:
    """The shares of evenings, mornings and weekends, and the number of days, asserted equal by both evaluators."""
    features = replace(SHOP.adding(DAYS), timezone=zone)
    profile = profile_of([at(time) for time in times], as_of=AS_OF, features=features)
    return [profile[name] for name in HABITS]


def test_an_evening_and_a_weekend_are_those_of_the_clock_on_the_wall() -> None:
    """Friday 22:30 in London is Saturday in Berlin; 17:30 is an evening there in winter, and 16:30 in summer."""
    assert habits("UTC", "2024-07-05T22:30Z") == [1, 0, 0, 1]
    assert habits("Europe/Berlin", "2024-07-05T22:30Z") == [0, 1, 1, 1]
    assert habits("Europe/Berlin", "2024-01-10T17:00Z", "2024-07-10T16:00Z") == [1, 0, 0, 2]
    assert habits("Europe/Berlin", "2024-01-10T16:59:59Z", "2024-07-10T15:59:59Z") == [0, 0, 0, 2]


@pytest.mark.parametrize(("zone", "days"), [("UTC", 2), ("Europe/Berlin", 1), ("America/Los_Angeles", 2)])
def test_a_day_is_one_of_the_clock(zone: str, days: int) -> None:
    """The day on which summer time ends in Berlin has 25 hours, from 22:00 to 23:00 in UTC."""
    assert habits(zone, "2024-10-26T22:00Z", "2024-10-27T22:59:59Z")[-1] == days


@given(st.sampled_from(ZONES), st.lists(st.integers(EVENT_YEARS[0], EVENT_YEARS[1] - 1), min_size=1))
def test_local_time_is_what_the_zone_shows(zone: str, times: list[int]) -> None:
    clock = clock_of(zone)
    edges = [int(change) + step for change in clock.changes[:: max(1, len(clock.changes) // 9)] for step in (-1, 0)]
    for moment, local in zip([*times, *edges], clock.local(np.array([*times, *edges])).tolist(), strict=True):
        shown = utc(moment).astimezone(ZoneInfo(zone)).replace(tzinfo=UTC)
        assert utc(local - WEEK) == shown  # counted from a week before 1970
        assert clock.between(moment - DAY, moment).local(np.array([moment])) == local
    some = clock.between(AS_OF - 900 * DAY, AS_OF)
    events = pl.LazyFrame({"time": [*(change + step for change in some.changes.tolist() for step in (-1, 0)), AS_OF]})
    told = nw.from_native(events).select(local_time(some)).collect()["time"].to_numpy()
    assert told.tolist() == clock.local(events.collect()["time"].to_numpy()).tolist()


@pytest.mark.parametrize(
    ("engine", "zone"), [*(("polars", zone) for zone in ZONES), ("pandas", ZONES[0]), ("duckdb", ZONES[2])]
)
def test_every_engine_and_a_record_show_the_same(engine: str, zone: str) -> None:
    """Events around the changes of the clock, one of them at the very beginning of 1970."""
    clock, features = clock_of(zone), replace(SHOP.adding(DAYS), timezone=zone)
    changes = clock.between(AS_OF - 900 * DAY, AS_OF).changes.tolist() or [AS_OF - DAY]
    times = [0, *(change + step for change in changes for step in (-DAY, -1, 0, 1, DAY // 3))]
    rows = [row | {"time": times[i % len(times)], "customer_id": "c1"} for i, row in enumerate(history(2, 60)[:-1])]
    events = frame(rows).collect()
    if engine == "duckdb":
        found = profile_frame(duckdb.connect().from_arrow(events.to_arrow()), features, as_of=AS_OF).pl()
    elif engine == "pandas":
        found = pl.from_pandas(profile_frame(events.to_pandas(), features, as_of=AS_OF))
    else:
        found = profile_frame(events, features, as_of=AS_OF)
    live = features.online.vector(Record.of(rows), as_of=AS_OF)
    assert found.select(features.names).to_numpy()[0].tobytes() == live.tobytes()


def test_a_feature_set_keeps_its_zone_and_is_another_one_by_it() -> None:
    berlin = replace(SHOP, timezone="Europe/Berlin")
    assert FeatureSet.loads(berlin.dumps()) == berlin
    assert berlin.hash != SHOP.hash
    assert berlin.plan.fingerprint != SHOP.plan.fingerprint
