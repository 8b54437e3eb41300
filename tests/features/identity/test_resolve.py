"""People out of events: small tables with what the rules say of them."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from features.config.sections.identity import IdentitySettings
from features.identity.fold import ALWAYS, NEVER
from features.identity.links import links_of
from features.identity.resolve import Resolution, resolve
from features.identity.rulings import Ruling

DEFAULTS = IdentitySettings()
SCHEMA = {
    "time": pl.Int64, "known_at": pl.Int64, "event_id": pl.String, "source": pl.String, "kind": pl.String,
    "id_type": pl.String, "id": pl.String, "ids": pl.String,
}  # fmt: skip


def event(time: int, own: str, kind: str = "visit", known_at: int | None = None, **ids: object) -> tuple[object, ...]:
    """An event whose own identifier is written ``type:value``, or as a user's id."""
    id_type, _, value = own.rpartition(":")
    other = json.dumps(dict(sorted(ids.items()))) if ids else None
    return time, known_at, f"e{time}-{own}", "web", kind, id_type or "user_id", value, other


def people(*events: tuple[object, ...], rulings: tuple[Ruling, ...] = (), **settings: Any) -> Resolution:
    identity = IdentitySettings.model_validate(settings)
    return resolve(links_of(pl.LazyFrame(list(events), SCHEMA, orient="row"), identity), identity, rulings)


def called(resolution: Resolution) -> list[tuple[str, str | None, int | None, int | None]]:
    """Who is called what, from when until when: None for always and for ever."""
    rows = resolution.persons.select("fragment", "customer_id", "from", "to").iter_rows()
    return [(node, name, None if a == ALWAYS else a, None if b == NEVER else b) for node, name, a, b in rows]


def test_a_visitor_becomes_an_address_and_then_a_user_each_from_its_own_moment_on() -> None:
    resolution = people(
        event(1, "anonymous_id:f00"),
        event(2, "anonymous_id:f00", email="Anna@x.se"),
        event(3, "u1", anonymous_id="f00"),
    )
    assert called(resolution) == [
        ("anonymous_id:f00", "email:anna@x.se", 2, 3),
        ("anonymous_id:f00", "u1", 3, None),
        ("email:anna@x.se", "u1", 3, None),
    ]
    assert resolution.merges.select("survivor", "absorbed", "time", "event_id").rows() == [
        ("email:anna@x.se", "anonymous_id:f00", 2, "e2-anonymous_id:f00"),
        ("u1", "email:anna@x.se", 3, "e3-u1"),
    ]


def test_a_link_counts_from_when_it_is_known() -> None:
    assert called(people(event(1, "u1", known_at=7, email="a@x.se"))) == [("email:a@x.se", "u1", 7, None)]


def test_visitors_who_are_one_are_still_visitors() -> None:
    resolution = people(event(1, "anonymous_id:a", anonymous_id="b"))
    assert called(resolution) == []
    assert resolution.merges.select("survivor", "absorbed").rows() == [("anonymous_id:a", "anonymous_id:b")]


def test_of_two_addresses_the_one_seen_first_names_the_person() -> None:
    resolution = people(event(1, "email:z@x.se"), event(2, "email:a@x.se"), event(3, "email:a@x.se", email="z@x.se"))
    assert called(resolution) == [("email:a@x.se", "email:z@x.se", 3, None)]


def test_a_device_that_serves_a_second_user_is_nobodys_from_then_on_and_joins_nobody_any_more() -> None:
    resolution = people(
        event(1, "u1", anonymous_id="f00"),
        event(2, "u2", anonymous_id="f00"),
        event(3, "anonymous_id:f00", email="c@x.se"),
    )
    assert resolution.persons.rows() == [("anonymous_id:f00", "u1", 1, NEVER, 2)]
    assert resolution.refused.select("a", "b", "time", "limit", "id_type").rows() == [
        ("u2", "anonymous_id:f00", 2, "per_person", "user_id"),
        ("email:c@x.se", "anonymous_id:f00", 3, "people", "anonymous_id"),
    ]


def test_a_value_may_serve_as_many_people_as_its_type_allows_before_it_is_shared() -> None:
    types = {"user_id": {"per_person": 1}, "phone": {"people": 2, "form": "phone"}}
    events = [event(time, f"u{time}", phone="08-12345") for time in (1, 2, 3)]
    assert people(*events[:2], types=types).persons.rows() == [("phone:0812345", "u1", 1, NEVER, None)]
    assert people(*events, types=types).persons.rows() == [("phone:0812345", "u1", 1, NEVER, 3)]


def test_an_address_that_a_person_may_not_hold_is_its_own_until_it_serves_another_person() -> None:
    types = {"user_id": {"per_person": 1}, "email": {"per_person": 1, "people": 1}}
    first = [event(1, "u1", email="a@x.se"), event(2, "u1", email="b@x.se")]
    assert called(people(*first, types=types)) == [("email:a@x.se", "u1", 1, None)]
    assert people(*first, event(3, "u2", email="b@x.se"), types=types).persons.rows()[1:] == [
        ("email:b@x.se", "email:b@x.se", ALWAYS, NEVER, 3)
    ]


def test_of_two_links_in_one_moment_the_one_of_the_stronger_types_counts() -> None:
    # By themselves the links of e1 and e2 contradict each other: the phone has one of both users.
    types = {"user_id": {"per_person": 1}, "email": {"people": 1}, "phone": {"people": 1}}
    resolution = people(
        event(1, "phone:70001", email="a@x.se"),
        event(1, "u1", phone="70001"),
        event(1, "u2", email="a@x.se"),
        types=types,
    )
    assert called(resolution) == [("email:a@x.se", "u2", 1, None), ("phone:70001", "u1", 1, None)]


@pytest.mark.parametrize("written", ["NOREPLY@shop.example", "noreply@shop.example"])
def test_a_blocked_value_joins_nobody_and_is_nobodys(written: str) -> None:
    resolution = people(event(1, "u1", email=written), block=["noreply@shop.example"])
    assert resolution.persons.rows() == [("email:noreply@shop.example", None, ALWAYS, NEVER, ALWAYS)]
    assert resolution.refused.select("a", "limit", "n").rows() == [("u1", "block", 1)]


@pytest.mark.parametrize(
    ("id_type", "value"),
    [
        ("email", "none"), ("email", "see notes"), ("email", "test@test.com"), ("email", "No-Reply@x.se"),
        ("email", "a@x.se, or ask b@x.se"), ("phone", "0"), ("phone", "000-000 00 00"), ("phone", "1234567890"),
        ("anonymous_id", "test"), ("anonymous_id", "Guest"),
    ],
)  # fmt: skip
def test_what_people_write_to_say_none_joins_nobody(id_type: str, value: str) -> None:
    ids: dict[str, Any] = {id_type: value}
    resolution = people(event(1, "u1", **ids), event(2, "anonymous_id:f00", **ids))
    assert resolution.merges.is_empty()
    assert resolution.refused.select("limit", "id_type", "n").rows() == [("nobody", id_type, 1)] * 2
    assert people(event(1, "card:7", email="a@x.se"), types={"user_id": {}, "card": {}, "email": {}}).merges.height == 1


def test_a_hash_of_an_address_joins_as_the_address_would() -> None:
    assert people(event(1, "u1", email="0F" * 32)).merges.height == 1


def test_an_event_of_a_blocked_address_alone_is_nobodys_too() -> None:
    alone = people(event(1, "email:noreply@shop.example"), event(2, "email:a@x.se"), block=["noreply@shop.example"])
    assert alone.persons.rows() == [("email:noreply@shop.example", None, ALWAYS, NEVER, ALWAYS)]


def test_types_that_are_not_named_join_nobody() -> None:
    assert people(event(1, "u1", card="7")).links.is_empty()


def test_an_alias_renames_and_the_old_name_resolves_for_ever() -> None:
    resolution = people(
        event(1, "old", email="a@x.se"),
        event(2, "new", "alias", user_id="old"),
        event(3, "newest", "alias", user_id="new"),
        event(4, "old", anonymous_id="f00"),
    )
    assert called(resolution) == [
        ("anonymous_id:f00", "newest", 4, None),
        ("email:a@x.se", "old", 1, 2),
        ("email:a@x.se", "new", 2, 3),
        ("email:a@x.se", "newest", 3, None),
        ("new", "newest", 3, None),
        ("old", "new", 2, 3),
        ("old", "newest", 3, None),
    ]


def test_without_an_alias_two_users_are_two_people() -> None:
    assert called(people(event(1, "u1", user_id="u2"))) == []


def test_a_merge_by_people_counts_from_their_word_and_a_split_takes_it_back_whole() -> None:
    events = event(1, "u1", email="a@x.se"), event(2, "u2", email="b@x.se")
    merge, split = Ruling(5, "merge", ("u1", "u2"), "eva", "twice"), Ruling(6, "split", ("u1", "u2"))
    merged = people(*events, rulings=(merge,))
    assert called(merged)[1:] == [("email:b@x.se", "u2", 2, 5), ("email:b@x.se", "u1", 5, None), ("u2", "u1", 5, None)]
    assert merged.merges.row(-1) == ("u1", "u2", 5, "u1", "u2", "ruling", "twice")
    without, after = people(*events), people(*events, rulings=(merge, split))
    assert after.persons.equals(without.persons)
    assert after.merges.equals(without.merges)


def test_a_split_counts_from_the_beginning() -> None:
    events = event(1, "u1", email="a@x.se"), event(2, "u1", email="b@x.se")
    split = Ruling(9, "split", ("u1", "email:b@x.se"))
    assert called(people(*events, rulings=(split,))) == [("email:a@x.se", "u1", 1, None)]


def test_a_ruling_about_a_type_that_is_no_longer_named_says_nothing() -> None:
    assert called(people(event(1, "u1", email="a@x.se"), rulings=(Ruling(2, "split", ("card:1", "u1")),))) == [
        ("email:a@x.se", "u1", 1, None)
    ]


def test_nobody_is_linked_where_no_event_has_two_identifiers() -> None:
    resolution = people(event(1, "u1"), event(2, "anonymous_id:a"))
    assert [getattr(resolution, name).height for name in ("links", "merges", "refused", "persons")] == [0, 0, 0, 0]
