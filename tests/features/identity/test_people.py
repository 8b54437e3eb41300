"""Profiles, records and events of people as they are known at a moment: each is what a lake of these people tells."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import cast
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features import FeatureSet, Lake, profiles_at, write_profiles
from features.evaluate.offline import checkpoint_writer
from features.evaluate.offline.blocks import lake_columns
from features.evaluate.offline.checkpoint_writer import checkpoint_for
from features.evaluate.plan import Plan
from features.events.identifiers import node
from features.events.tables import Table
from features.identity.links import links_of
from features.identity.people import People, customers_of, events_at
from features.identity.resolve import resolve
from features.identity.rulings import Ruling
from features.language.defaults import Vocabulary, default_features
from features.profiles.records import records
from features.units import DAY
from tests.features.identity.naive import people_at
from tests.features.identity.test_laws import SCHEMA, SETTINGS, Event, histories

IDENTITY = SETTINGS[0]
FEATURES = FeatureSet(default_features(Vocabulary(("visit", "order", "alias"), (), ())), fitted_at=0)
MOMENTS = [2 * DAY, 4 * DAY, 5 * DAY, 9 * DAY]


def in_days(events: Sequence[Event]) -> list[Event]:
    """The events a day apart, each about whom it says it is about; some are orders."""
    whole = []
    for event in events:
        users = [event["id"]] if event["id_type"] == "user_id" else []
        known_at = None if event["known_at"] is None else max(event["time"], event["known_at"]) * DAY
        kind = "order" if event["kind"] == "visit" and event["source"] == "x" else event["kind"]
        told = {
            "time": event["time"] * DAY,
            "known_at": known_at,
            "kind": kind,
            "value": 100 + event["time"],
            "order_line": 1,
        }
        fragment = users[0] if users else node(event["id_type"], event["id"])
        whole.append(event | told | {"fragment": fragment, "order_id": event["event_id"]})
    return whole


def lake_of(
    folder: Path,
    events: Sequence[Event],
    *,
    joined: bool = True,
    rulings: Sequence[Ruling] = (),
    **tables: pl.DataFrame,
) -> Lake:
    texts = dict.fromkeys(("fragment", "order_id", "campaign_id", "properties"), pl.String)
    frame = pl.DataFrame(events, {**SCHEMA, **texts, "value": pl.Int64, "order_line": pl.Int64})
    lake = Lake(folder)
    lake.write(cast("dict[Table, pl.DataFrame]", {"events": frame, **tables}))
    if joined:
        lake.write_people(resolve(links_of(lake.scan("events"), IDENTITY), IDENTITY, rulings).tables)
    return lake


def known_people(folder: Path, events: Sequence[Event], as_of: int) -> Lake:
    """A lake whose every event is already that of the person known at a moment, by the naive rules."""
    people, own = people_at(events, IDENTITY, as_of), []
    for event in events:
        fragment = event["fragment"]
        shared = event["time"] >= people.shared.get(fragment, 2**63)
        customer = people.called.get(fragment, None if fragment.startswith("anonymous_id:") else fragment)
        own.append(event | {"fragment": "anonymous_id:nobody" if shared or customer is None else customer})
    return lake_of(folder, own, joined=False)


@pytest.mark.slow
@given(events=histories())
def test_profiles_at_many_moments_are_those_of_the_people_known_at_each(events: list[Event]) -> None:
    whole = in_days(events)
    with tempfile.TemporaryDirectory() as folder:
        lake = lake_of(Path(folder, "lake"), whole)
        found = profiles_at(lake, FEATURES, as_of=MOMENTS)
        for moment in MOMENTS:
            people = known_people(Path(folder, str(moment)), whole, moment)
            expected = profiles_at(people, FEATURES, as_of=moment)
            assert found.filter(pl.col("as_of") == moment).equals(expected, null_equal=True)
            assert profiles_at(lake, FEATURES, as_of=moment).equals(expected, null_equal=True)


@pytest.mark.parametrize("most", [0, 2_000_000])
@given(events=histories())
def test_records_and_the_file_of_profiles_are_those_of_the_same_people(most: int, events: list[Event]) -> None:
    whole, moment = in_days(events), MOMENTS[2]
    with tempfile.TemporaryDirectory() as folder, patch("features.identity.people.IN_MEMORY", most):
        lake = lake_of(Path(folder, "lake"), whole)
        expected = profiles_at(lake, FEATURES, as_of=moment)
        count = write_profiles(lake, FEATURES, Path(folder, "profiles.parquet"), as_of=moment)
        assert count == expected.height
        if count:
            assert pl.read_parquet(Path(folder, "profiles.parquet")).equals(expected, null_equal=True)
        by_id = dict(records(lake, as_of=moment))
        for row in expected.iter_rows():
            vector = FEATURES.online.vector(by_id[row[0]], as_of=moment)
            assert vector.tobytes() == pl.Series(row[2:], dtype=pl.Float64).to_numpy().tobytes()
        one_by_one = dict(pair for customer in by_id for pair in records(lake, [customer], as_of=moment))
        assert {name: each.pack() for name, each in one_by_one.items()} == {name: r.pack() for name, r in by_id.items()}


@given(events=histories(), last=st.integers(0, 9))
def test_later_events_change_no_profile_of_an_earlier_moment(events: list[Event], last: int) -> None:
    whole, moment = in_days(events), last * DAY
    known = [event for event in whole if max(event["time"], event["known_at"] or 0) <= moment]
    with tempfile.TemporaryDirectory() as folder:
        every, early = lake_of(Path(folder, "every"), whole), lake_of(Path(folder, "early"), known)
        now, then = (profiles_at(lake, FEATURES, as_of=moment) for lake in (every, early))
        assert now.equals(then, null_equal=True)


def event(time: int, fragment: str, ids: str | None = None) -> Event:
    id_type, _, value = fragment.rpartition(":")
    return {
        "event_id": f"e{time}", "source": "web", "time": time * DAY, "known_at": None, "kind": "visit",
        "id_type": id_type or "user_id", "id": value, "ids": ids, "fragment": fragment,
    }  # fmt: skip


STORY = [
    event(1, "anonymous_id:f00"),
    event(2, "email:a@x.se", '{"anonymous_id": "f00"}'),
    event(3, "u1", '{"email": "a@x.se"}'),
    event(4, "u2", '{"anonymous_id": "f00"}'),  # the browser serves a second user: nobody's from here on
    event(5, "anonymous_id:f00"),
]


def test_an_event_belongs_to_whom_its_fragment_is_known_to_be_at_the_moment_of_the_look(tmp_path: Path) -> None:
    lake = lake_of(tmp_path, STORY)
    owners = {
        day: events_at(lake, as_of=day * DAY).sort("time").collect()["customer_id"].to_list() for day in range(1, 6)
    }
    assert owners[1][:1] == [None]
    assert owners[2][:2] == ["email:a@x.se"] * 2
    assert owners[3][:3] == ["u1"] * 3
    assert owners[5] == ["u1", "u1", "u1", "u2", None]
    assert customers_of(lake, ["anonymous_id:f00", "email:a@x.se", "u2", "anonymous_id:b"], as_of=5 * DAY) == {
        "u1",
        "u2",
    }


def test_of_rows_about_one_person_the_own_one_counts_and_the_others_fill_its_gaps(tmp_path: Path) -> None:
    rows = {
        "customer_id": ["u1", "email:a@x.se", "u2"],
        "city": [None, "Lund", "Malmö"],
        "plan": ["gold", "free", None],
    }
    people = People.at(lake_of(tmp_path, STORY, customers=pl.DataFrame(rows)), [5 * DAY])
    assert people.about("customers").sort("customer_id").collect().rows() == [
        ("u1", "Lund", "gold"),
        ("u2", "Malmö", None),
    ]


def test_with_nobody_to_join_the_lake_is_the_same_bit_for_bit(tmp_path: Path) -> None:
    events = [event(1, "u1"), event(2, "anonymous_id:f00")]
    with_identity, without = lake_of(tmp_path / "a", events), lake_of(tmp_path / "b", events, joined=False)
    assert People.at(with_identity, [9 * DAY]).nobody_joined
    assert with_identity.files("events")[0].read_bytes() == without.files("events")[0].read_bytes()


def test_profiles_from_a_checkpoint_are_those_of_the_people_known_now(tmp_path: Path) -> None:
    late = event(900, "email:a@x.se") | {"ids": '{"device_id": "d"}'}
    lake, now = lake_of(tmp_path / "lake", [*STORY[:2], late]), 1_500 * DAY
    profiles_by_checkpoint(lake, tmp_path, now)
    whole = lake_of(tmp_path / "lake", [*STORY[:2], late, event(1_200, "u1", '{"email": "a@x.se"}')])
    assert profiles_by_checkpoint(whole, tmp_path, now).equals(profiles_at(whole, FEATURES, as_of=now), null_equal=True)


def test_only_those_who_are_others_now_are_aggregated_anew_into_the_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    early = [event(1, "w"), event(2, "u1"), event(3, "email:a@x.se"), event(1_400, "w")]
    lake, now, aggregated = lake_of(tmp_path / "lake", early), 1_500 * DAY, list[set[str]]()
    few = FeatureSet(tuple(f for f in FEATURES.features if f.name == "visits_all"), fitted_at=0)
    write_tables = checkpoint_writer.write_tables

    def seen(events: pl.LazyFrame, plan: Plan, folder: Path, *, until: int) -> None:
        aggregated.append(set(events.select("customer_id").collect()["customer_id"]))
        write_tables(events, plan, folder, until=until)

    monkeypatch.setattr(checkpoint_writer, "write_tables", seen)
    profiles_by_checkpoint(lake, tmp_path, now, few)
    whole = lake_of(tmp_path / "lake", [*early, event(1_495, "u1", '{"email": "a@x.se"}')])
    for _ in range(2):
        profiles = profiles_by_checkpoint(whole, tmp_path, now, few)
        assert profiles.select("customer_id", "visits_all").rows() == [("u1", 3), ("w", 2)]
    assert aggregated == [{"w", "u1", "email:a@x.se"}, {"u1"}]


def profiles_by_checkpoint(lake: Lake, folder: Path, as_of: int, features: FeatureSet = FEATURES) -> pl.DataFrame:
    """As a build writes them."""
    people = People.at(lake, [as_of])
    with people.sorted_events(lake_columns(features.plan, lake)) as events:
        path, joined = folder / "checkpoint", people.joined
        checkpoint = checkpoint_for(lake, events, features.plan, path, as_of=as_of, joined=joined)
    assert checkpoint is not None
    write_profiles(lake, features, folder / "profiles.parquet", as_of=as_of, checkpoint=checkpoint)
    return pl.read_parquet(folder / "profiles.parquet")
