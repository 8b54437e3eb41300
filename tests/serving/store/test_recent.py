from __future__ import annotations

import orjson
import pytest
from sqlalchemy.engine import Engine

from features.evaluate.online.record import Record
from serving.store.recent import forget, made, recent
from serving.store.records import record_of, replace_records
from tests.serving.store.visits import append, ids, visit

TAIL = [orjson.dumps(visit(event_id, time)).decode() for event_id, time in (("b", 4), ("a", 2), ("c", 4), ("d", 3))]


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    forget()


@pytest.mark.parametrize("first", range(len(TAIL) + 1))
def test_a_record_moves_on_as_if_it_were_made_anew(first: int) -> None:
    packed = Record.of([visit("a", 2), visit("z", 9)]).pack()
    ways = {"moved on": TAIL, "again": TAIL, "some gone": TAIL[1:], "all gone": [], "back": TAIL}
    recent(packed, TAIL[:first])
    for way, later in ways.items():
        assert recent(packed, later).pack() == made(packed, later).pack(), way


def test_what_a_record_was_made_from_is_read_once() -> None:
    packed = Record.of([visit("a", 2)]).pack()
    assert recent(packed, TAIL) is recent(packed, [*TAIL])
    other = Record.of([visit("a", 3)]).pack()
    assert ids(recent(other, TAIL[:1])) == ["a", "b"]


def test_large_records_are_not_kept() -> None:
    packed = Record.of([visit(f"{n * 7919}", n) for n in range(9_000)]).pack()
    assert recent(packed, []) is not recent(packed, [])


def test_the_next_build_and_the_next_event_are_told_at_once(store: Engine) -> None:
    append(store, [visit("a", 1)])
    for lake, built in (("one", [visit("b", 2)]), ("two", [visit("b", 3)])):
        replace_records(store, [("1", Record.of(built))], as_of=5, log_seq=0, lake=lake)
        assert record_of(store, "1") is record_of(store, "1")
        assert ids(record_of(store, "1")) == ["a", "b"]
    append(store, [visit("c", 2)])
    assert ids(record_of(store, "1")) == ["a", "c", "b"]
