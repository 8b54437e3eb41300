"""Live people are parts of those that the next build resolves, and mostly the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import orjson
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from features.config.sections.identity import IdentitySettings
from features.identity.fold import NEVER
from features.identity.links import links_of
from features.identity.live import Standing, live_people, nodes_of, standing_by_itself
from features.identity.resolve import Resolution, resolve

IDENTITY = IdentitySettings.model_validate(
    {
        "types": {
            "user_id": {"per_person": 1},
            "email": {"per_person": 2, "people": 1, "form": "email"},
            "anonymous_id": {"people": 1},
        },
        "block": ["noreply@x.se"],
    }
)
COLUMNS = {
    "time": pl.Int64, "known_at": pl.Int64, "event_id": pl.String, "source": pl.String, "kind": pl.String,
    "id_type": pl.String, "id": pl.String, "ids": pl.String,
}  # fmt: skip
Event = Mapping[str, object]
VALUES = {
    "user_id": ["u1", "u2", "u3"],
    "email": ["a@x.se", "B@x.se", "c@x.se", "noreply@x.se"],
    "anonymous_id": ["f1", "f2", "f3"],
}


def event(n: int, own: tuple[str, str], ids: Mapping[str, object], *, time: int, kind: str = "visit") -> Event:
    told = orjson.dumps(ids).decode() if ids else None
    return {
        "time": time, "known_at": None, "event_id": f"e{n:03}", "source": "http", "kind": kind, "id_type": own[0],
        "id": own[1], "ids": told,
    }  # fmt: skip


def batch(events: Sequence[Event]) -> Resolution:
    frame = pl.LazyFrame([{name: each.get(name) for name in COLUMNS} for each in events], schema=COLUMNS)
    return resolve(links_of(frame, IDENTITY), IDENTITY)


def standings(resolution: Resolution) -> dict[str, Standing]:
    last = resolution.persons.filter(pl.col("to") == NEVER)
    columns = ("fragment", "customer_id", "nobody_from", "from")
    return {fragment: Standing(*rest) for fragment, *rest in last.select(columns).iter_rows()}


def live(built: Resolution, events: Sequence[Event]) -> dict[str, Standing]:
    known = standings(built)
    told = live_people(known, events, IDENTITY)
    return known | told


def whose(known: Mapping[str, Standing], key: str) -> Standing:
    return known.get(key, standing_by_itself(key))


@st.composite
def histories(draw: st.DrawFn, *, ordered: bool) -> tuple[list[Event], list[Event]]:
    """Events that a build knows, and later ones, in the order in which they arrive."""
    count = draw(st.integers(2, 10))
    events = []
    for n in range(count):
        types = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=2, max_size=3, unique=True))
        own, *others = [(each, draw(st.sampled_from(VALUES[each]))) for each in types]
        kind = draw(st.sampled_from(["visit", "visit", "alias"])) if own[0] == "user_id" else "visit"
        ids: dict[str, object] = dict(others)
        if kind == "alias":
            ids["user_id"] = draw(st.sampled_from(VALUES["user_id"]))
        events.append(event(n, own, ids, time=n, kind=kind))
    cut = draw(st.integers(0, count))
    later = events[cut:] if ordered else draw(st.permutations(events[cut:]))
    return events[:cut], later


@given(histories(ordered=False))
def test_a_live_person_is_a_part_of_one_that_the_next_build_resolves(told: tuple[list[Event], list[Event]]) -> None:
    before, later = told
    known, right = live(batch(before), later), standings(batch([*before, *later]))
    persons: dict[str, set[str | None]] = {}
    for key in {key for each in (*before, *later) for key in nodes_of(each)}:
        own, whole = whose(known, key), whose(right, key)
        if own.customer_id is not None and own.nobody_from is None and whole.nobody_from is None:
            persons.setdefault(own.customer_id, set()).add(whole.customer_id)
        if whole.nobody_from is None and own.customer_id is not None:
            assert whole.customer_id is not None
    assert all(len(wholes) == 1 for wholes in persons.values())


@st.composite
def late_histories(draw: st.DrawFn) -> tuple[list[Event], list[Event]]:
    """The same, of which later ones may have happened before what the build knows."""
    before, later = draw(histories(ordered=False))
    times = draw(st.permutations(range(len(before) + len(later))))
    events: list[Event] = [{**each, "time": time} for each, time in zip([*before, *later], times, strict=True)]
    return events[: len(before)], events[len(before) :]


@given(late_histories())
def test_whoever_is_joined_live_is_joined_by_the_next_build_whenever_messages_come(
    told: tuple[list[Event], list[Event]],
) -> None:
    before, later = told
    built, right = standings(batch(before)), standings(batch([*before, *later]))
    known = live(batch(before), later)
    keys = sorted({key for each in (*before, *later) for key in nodes_of(each)})
    for a, b in combinations(keys, 2):
        was, now, then = ([whose(people, key) for key in (a, b)] for people in (built, known, right))
        if _are_one(now) and not _are_one(was) and all(each.nobody_from is None for each in (*now, *then)):
            assert _are_one(then)


def _are_one(pair: Sequence[Standing]) -> bool:
    return pair[0].customer_id is not None and pair[0].customer_id == pair[1].customer_id


def test_a_late_message_joins_nobody_before_the_next_build_says_whom() -> None:
    built = batch([event(1, ("user_id", "u1"), {"email": "a@x.se"}, time=5)])
    late = event(2, ("user_id", "u1"), {"email": "c@x.se"}, time=2)
    assert whose(live(built, [late]), "email:c@x.se") == standing_by_itself("email:c@x.se")
    assert whose(live(built, [{**late, "time": 6}]), "email:c@x.se").customer_id == "u1"


@given(histories(ordered=True))
def test_without_a_build_live_people_are_those_of_one(told: tuple[list[Event], list[Event]]) -> None:
    events = [*told[0], *told[1]]
    assert live(batch([]), events) == standings(batch(events))


def test_whom_a_build_knows_by_an_old_id_keeps_it() -> None:
    before = [
        event(1, ("user_id", "u2"), {"user_id": "u1"}, time=1, kind="alias"),
        event(2, ("user_id", "u1"), {"email": "a@x.se"}, time=2),
    ]
    built = batch(before)
    assert standings(built) == {"u1": Standing("u2"), "email:a@x.se": Standing("u2")}
    known = live(built, [event(3, ("user_id", "u2"), {"anonymous_id": "f1"}, time=3)])
    assert known == {"u1": Standing("u2"), "email:a@x.se": Standing("u2"), "anonymous_id:f1": Standing("u2")}


def test_a_device_that_a_second_user_logs_in_on_is_nobodys_from_then_on() -> None:
    built = batch([event(1, ("user_id", "u1"), {"anonymous_id": "f1"}, time=1)])
    known = live(built, [event(2, ("user_id", "u2"), {"anonymous_id": "f1"}, time=7)])
    assert known["anonymous_id:f1"] == Standing("u1", nobody_from=7)
    later = live(
        built,
        [
            event(2, ("user_id", "u2"), {"anonymous_id": "f1"}, time=7),
            event(3, ("user_id", "u3"), {"anonymous_id": "f1"}, time=9),
        ],
    )
    assert later["anonymous_id:f1"] == Standing("u1", nobody_from=7)


def test_a_blocked_value_joins_nobody() -> None:
    known = live(batch([]), [
        event(1, ("user_id", "u1"), {"email": "noreply@x.se"}, time=1),
        event(2, ("user_id", "u2"), {"email": "noreply@x.se"}, time=2),
    ])  # fmt: skip
    assert {key: one.customer_id for key, one in known.items()} == {"email:noreply@x.se": None}


def test_what_a_build_knows_to_be_shared_joins_nobody_later() -> None:
    one, other = (event(n, ("user_id", f"u{n}"), {"anonymous_id": "f1"}, time=n) for n in (1, 2))
    built = batch([one, other])
    assert standings(built)["anonymous_id:f1"] == Standing("u1", nobody_from=2)
    known = live(built, [event(3, ("anonymous_id", "f1"), {"email": "c@x.se"}, time=3)])
    assert whose(known, "email:c@x.se") == standing_by_itself("email:c@x.se")
    assert known["anonymous_id:f1"] == Standing("u1", nobody_from=2)
    beside = live(built, [event(3, ("email", "c@x.se"), {"anonymous_id": "f1"}, time=3)])
    assert whose(beside, "email:c@x.se") == standing_by_itself("email:c@x.se")
