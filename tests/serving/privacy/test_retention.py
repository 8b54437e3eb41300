"""Events that are older than their kind is kept are in no file after the build, and others are."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from features.lake import Lake
from features.units import DAY
from serving.jobs.build import build_all
from serving.privacy.inventory import inventory
from serving.store.engine import open_store
from serving.store.event_log import append_events, log_frame
from serving.store.records import record_of
from tests.serving.privacy.shop import AS_OF, written


def test_events_are_kept_as_long_as_their_kind_is(tmp_path: Path) -> None:
    settings = written(tmp_path)
    before = build_all(settings, as_of=AS_OF).profiles
    store = open_store(settings.store_url)
    sent: dict[str, object] = {"source": "http", "id_type": "user_id", "id": "c01", "fragment": "c01", "kind": "order"}
    times = {"old": AS_OF - 30 * DAY, "new": AS_OF - 30 * DAY + 1}
    append_events(
        store, [[sent | {"event_id": name, "time": time}] for name, time in times.items()], received_at=times["old"]
    )
    kept = written(tmp_path, privacy={"keep": {"Order Completed": "30d"}})
    after = build_all(kept, as_of=AS_OF)
    lake = Lake(settings.lake).scan("events").collect()
    orders = lake.filter(pl.col("kind") == "order")
    assert orders["time"].min() == AS_OF - 30 * DAY + 1
    assert lake.filter(pl.col("kind") != "order").height == before["orders_all"].sum()  # a view beside each order
    record = record_of(store, "c01")
    assert record is not None
    assert record.number("time")[record.equals("kind", "order")].min() > AS_OF - 30 * DAY
    assert log_frame(store)[0].is_empty()  # a build has read both, and both were received long ago
    again = build_all(kept, as_of=AS_OF, anew=True)
    assert again.profiles.equals(after.profiles, null_equal=True)
    assert (
        inventory(kept, store).count("order 30 days; others until the person is erased") == 2
    )  # of the lake and the log
    store.dispose()
