"""Caps in total on what customers saw: over a lake and a log, each event once."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from features.ingest.sources.watermark import LogWatermark, Watermarks
from features.lake import Lake
from features.units import DAY, HOUR
from serving.decisions.policy.seen import SETTLED, Seen
from serving.store.engine import open_store
from serving.store.event_log import append_events, log_id
from serving.store.tables.schema import EVENT_LOG
from tests.serving.decisions.policy.deciding import policy_of

NOW = 19_816 * DAY + 12 * HOUR  # 2024-04-03, a Wednesday, 14:00 in Stockholm
ANY = {"limit": 9, "counts": "exposures", "scope": "total"}


def event(name: str, ago: int, offer: str = "tea", kind: str = "exposure", **columns: object) -> dict[str, object]:
    who = {"source": "http", "id_type": "user_id", "id": name[0], "fragment": name[0]}
    return {"event_id": name, "time": NOW - ago, "kind": kind, "offer_id": offer, **who, **columns}


@pytest.fixture
def store(tmp_path: Path) -> Engine:
    return open_store(f"sqlite:///{tmp_path / 'store.db'}")


def lake_of(folder: Path, *events: dict[str, object]) -> Lake:
    lake = Lake(folder / "lake")
    if events:
        rows = [{name: value for name, value in each.items() if name != "fragment"} for each in events]
        lake.write({"events": pl.DataFrame(rows, infer_schema_length=None)})
    return lake


def seen_of(cap: dict[str, object], lake: Lake, store: Engine, **told: bool) -> Seen:
    seen = Seen.of(policy_of({"caps": {"it": cap}}), lake, store, as_of=NOW, is_past=told.get("is_past", False))
    assert seen is not None
    return seen


def counted(seen: Seen) -> dict[str, int]:
    return {thing: sum(slots.values()) for (_, thing), slots in seen.used.items()}


def log(store: Engine, *events: dict[str, object]) -> None:
    append_events(store, [[each] for each in events], received_at=NOW)


@pytest.mark.parametrize(
    ("cap", "count"),
    [
        ({}, {"": 4}),
        ({"each": "offer"}, {"tea": 3, "cup": 1}),
        ({"each": "group", "type": "offer"}, {"drinks": 3}),  # by what the catalogue says of tea
        ({"counts": "clicks"}, {"": 1}),
        ({"counts": "redemptions", "each": "offer"}, {"tea": 1}),
        ({"channel": "web"}, {"": 1}),
        ({"within": "6h"}, {"": 3}),
        ({"every": "day"}, {"": 3}),  # it began in Stockholm at 22:00 UTC, 14 hours ago
        ({"every": "week"}, {"": 4}),
    ],
)
@pytest.mark.parametrize("read", [0, 2, 5])
def test_events_count_once_wherever_they_are(
    tmp_path: Path, store: Engine, cap: dict[str, object], count: dict[str, int], read: int
) -> None:
    events = [
        event("1a", HOUR),
        event("2a", 15 * HOUR),
        event("1b", 2 * HOUR, "cup", channel="web"),
        event("3a", HOUR, kind="click"),
        event("3b", 1),
        event("3c", 1, kind="redeem"),
    ]
    lake = lake_of(tmp_path, *events[:read])
    log(store, *events[read:])
    assert counted(seen_of(ANY | cap, lake, store)) == count


def test_what_is_logged_later_is_counted_at_the_next_look_once(tmp_path: Path, store: Engine) -> None:
    seen = seen_of(ANY, lake_of(tmp_path), store)
    told = []
    for seconds, name in enumerate("abcd"):
        log(store, event(name, 0), event(name, 0))
        seen.look(as_of=NOW, clock=lambda at=seconds * SETTLED / 2: at)  # type: ignore[misc]
        told.append(counted(seen)[""])
    assert told == [1, 2, 3, 4]


def test_a_number_that_was_drawn_before_and_comes_later_is_counted(tmp_path: Path, store: Engine) -> None:
    seen = seen_of(ANY, lake_of(tmp_path), store)
    log(store, event("a", 0))
    with store.begin() as connection:
        connection.execute(sa.update(EVENT_LOG).values(seq=7))
    seen.look(as_of=NOW, clock=lambda: 100.0)
    log(store, event("b", 0))
    with store.begin() as connection:
        connection.execute(sa.update(EVENT_LOG).where(EVENT_LOG.c.event_id == "b").values(seq=5))
    seen.look(as_of=NOW, clock=lambda: 100.0 + SETTLED / 2)
    assert counted(seen) == {"": 2}


def test_what_leaves_the_window_counts_no_longer(tmp_path: Path, store: Engine) -> None:
    log(store, event("a", 50 * 60_000_000), event("b", 0))
    seen = seen_of(ANY | {"within": "1h"}, lake_of(tmp_path), store)
    assert counted(seen) == {"": 2}
    seen.look(as_of=NOW + 12 * 60_000_000)
    assert counted(seen) == {"": 1}


def test_of_the_past_nothing_later_counts(tmp_path: Path, store: Engine) -> None:
    log(store, event("a", 1), event("b", -1))
    assert counted(seen_of(ANY, lake_of(tmp_path), store, is_past=True)) == {"": 1}


def test_without_such_a_cap_nothing_is_read(tmp_path: Path, store: Engine) -> None:
    caps = {"a": {"limit": 1, "scope": "total"}, "b": {"limit": 1, "counts": "exposures"}}
    assert Seen.of(policy_of({"caps": caps}), lake_of(tmp_path), store, as_of=NOW, is_past=False) is None


def test_what_a_build_has_read_of_the_log_is_not_counted_again(tmp_path: Path, store: Engine) -> None:
    events = event("1a", HOUR), event("2a", HOUR)
    log(store, *events)
    lake = lake_of(tmp_path, *events)
    for log_read, count in ((log_id(store), 2), ("another", 4)):
        with lake.writing() as draft:
            draft.keep("events", lake.parts("events"))
            draft.watermarks = Watermarks(0, "", LogWatermark(log_read, 2), {}).dump()
        assert counted(seen_of(ANY, lake, store)) == {"": count}


def test_each_cap_counts_what_it_is_about(tmp_path: Path, store: Engine) -> None:
    log(store, event("a", 0), event("b", 0), event("c", 0, kind="click"))
    policy = policy_of({"caps": {"views": ANY, "clicks": ANY | {"counts": "clicks"}}})
    seen = Seen.of(policy, lake_of(tmp_path), store, as_of=NOW, is_past=False)
    assert seen is not None
    assert seen.used == {("cap:views", ""): {0: 2}, ("cap:clicks", ""): {0: 1}}
