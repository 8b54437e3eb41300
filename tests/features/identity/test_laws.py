"""The laws of resolving, on random histories."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.config.sections.identity import IdentitySettings
from features.events.identifiers import identifier
from features.identity.links import links_of
from features.identity.resolve import Resolution, resolve
from features.identity.rulings import Ruling
from tests.features.identity.naive import people_at

SCHEMA = {
    "event_id": pl.String, "source": pl.String, "time": pl.Int64, "known_at": pl.Int64, "kind": pl.String,
    "id_type": pl.String, "id": pl.String, "ids": pl.String,
}  # fmt: skip
TYPES = {
    "user_id": {"per_person": 1},
    "email": {"per_person": 2, "people": 1, "form": "email"},
    "phone": {"per_person": 1, "people": 2},
    "anonymous_id": {"people": 1},
}
LOOSE = TYPES | {"user_id": {"per_person": 2}, "email": {"people": 2, "form": "email"}}
SETTINGS = [IdentitySettings.model_validate({"types": types}) for types in (TYPES, LOOSE)]
LAST = 9
Event = dict[str, Any]

values = {
    "user_id": [*"uvw"],
    "email": ["e@x.se", "f@x.se", "g@x.se", "E@x.se"],
    "phone": ["70001", "70002"],
    "anonymous_id": [*"abcd"],
}
identifiers = st.sampled_from([(name, value) for name, several in values.items() for value in several])


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    events = []
    for n in range(draw(st.integers(0, 14))):
        own, *others = draw(st.lists(identifiers, min_size=1, max_size=4, unique=True))
        ids: dict[str, list[str]] = {}
        for name, value in sorted(others):
            ids.setdefault(name, []).append(value)
        other = json.dumps({name: each if len(each) > 1 else each[0] for name, each in ids.items()}) if ids else None
        event = {
            "event_id": f"e{n}",
            "source": draw(st.sampled_from("xy")),
            "time": draw(st.integers(0, LAST)),
            "known_at": draw(st.none() | st.integers(0, LAST)),
            "kind": draw(st.sampled_from(["visit", "visit", "alias"])),
        }
        events.append(event | {"id_type": own[0], "id": own[1], "ids": other})
    return events


def resolved(events: Sequence[Event], identity: IdentitySettings, rulings: Sequence[Ruling] = ()) -> Resolution:
    return resolve(links_of(pl.LazyFrame(events, SCHEMA), identity), identity, rulings)


def called_at(resolution: Resolution, node: str, as_of: int) -> str | None:
    """What a node is called at a moment, by the table of persons or else by its own name."""
    rows = resolution.persons.filter(pl.col("fragment") == node, pl.col("from") <= as_of, pl.col("to") > as_of)
    assert rows.height <= 1
    return rows["customer_id"][0] if rows.height else node if not node.startswith("anonymous_id:") else None


@pytest.mark.parametrize("identity", SETTINGS)
@given(events=histories())
def test_people_are_at_every_moment_those_of_the_naive_rules(identity: IdentitySettings, events: list[Event]) -> None:
    resolution = resolved(events, identity)
    for as_of in range(-1, LAST + 1):
        people = people_at(events, identity, as_of)
        assert {node: called_at(resolution, node, as_of) for node in people.of} == people.called
        shared = resolution.persons.filter(pl.col("nobody_from") <= as_of)
        assert dict(shared.select("fragment", "nobody_from").unique().iter_rows()) == people.shared


@given(events=histories(), seed=st.randoms())
def test_the_order_in_which_events_arrive_says_nothing_and_resolving_twice_gives_the_same(
    events: list[Event], seed: random.Random
) -> None:
    one, shuffled = resolved(events, SETTINGS[0]), seed.sample(events, len(events))
    other = resolved(shuffled, SETTINGS[0])
    for name in ("links", "merges", "refused", "persons"):
        assert getattr(one, name).equals(getattr(other, name))


@given(events=histories(), as_of=st.integers(0, LAST))
def test_later_links_change_no_person_of_an_earlier_moment(events: list[Event], as_of: int) -> None:
    early = resolved([event for event in events if max(event["time"], event["known_at"] or 0) <= as_of], SETTINGS[0])
    every = resolved(events, SETTINGS[0])
    for node in {*every.links["a"], *every.links["b"]}:
        assert called_at(early, node, as_of) == called_at(every, node, as_of)


@pytest.mark.parametrize("identity", SETTINGS)
@given(events=histories())
def test_nobody_holds_more_than_a_limit_at_any_moment(identity: IdentitySettings, events: list[Event]) -> None:
    renamed = {old for event in events if event["kind"] == "alias" for old in json.loads(event["ids"] or "{}")}
    limits = {name: kind.per_person for name, kind in identity.types.items() if name not in renamed}
    person: dict[str, frozenset[str]] = {}
    for a, b in resolved(events, identity).merges.select("a", "b").iter_rows():
        joined = person.get(a, frozenset([a])) | person.get(b, frozenset([b]))
        person |= dict.fromkeys(joined, joined)
        for name, count in Counter(identifier(node)[0] for node in joined).items():
            assert count <= (limits.get(name) or len(joined))


def words(kind: Any, time: int, *nodes: str) -> Ruling:
    return Ruling(time, kind, nodes)


@given(events=histories(), time=st.integers(0, LAST))
def test_a_merge_that_is_split_again_never_was_where_the_events_would_not_have_joined_them(
    events: list[Event], time: int
) -> None:
    without = resolved(events, SETTINGS[0])
    merge, split = words("merge", time, "u", "v"), words("split", time + 1, "u", "v")
    for rulings in ([merge, split], [split, merge], [split]):  # two users are two people by the limits already
        after = resolved(events, SETTINGS[0], rulings)
        if not any(event["kind"] == "alias" for event in events):
            for name in ("merges", "persons"):
                assert getattr(after, name).equals(getattr(without, name))


@given(events=histories(), pair=st.lists(identifiers, min_size=2, max_size=2, unique=True))
def test_identifiers_that_were_split_are_never_one_person(events: list[Event], pair: list[tuple[str, str]]) -> None:
    nodes = [
        value if name == "user_id" else f"{name}:{value.lower() if name == 'email' else value}" for name, value in pair
    ]
    if nodes[0] == nodes[1]:
        return
    person: dict[str, frozenset[str]] = {}
    for a, b in resolved(events, SETTINGS[1], [words("split", 0, *nodes)]).merges.select("a", "b").iter_rows():
        joined = person.get(a, frozenset([a])) | person.get(b, frozenset([b]))
        person |= dict.fromkeys(joined, joined)
        assert not {*nodes} <= joined
