from __future__ import annotations

from collections.abc import Iterator

import orjson
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from features.evaluate.online.record import Record
from serving.store.decisions import save_decision
from serving.store.engine import meta
from serving.store.event_log import log_frame
from serving.store.records import record_of, replace_records, update_records
from tests.serving.decision_rows import DECISION, saved_decision
from tests.serving.store.visits import append, build_meta, ids, visit


def test_traits_are_those_of_the_latest_message_up_to_the_moment(store: Engine) -> None:
    def identify(event_id: str, time: int, customer: str = "1", **traits: object) -> dict[str, object]:
        return visit(event_id, time, customer) | {"kind": "identify", "properties": orjson.dumps(traits).decode()}

    received = [
        identify("late", 5, plan="gold", city="Rome"),
        identify("early", 3, plan="free", age=30),
        identify("tie", 5, city="Oslo"),  # of equal moments what came later holds
        identify("after", 9, plan=None),
        identify("other", 4, "2", plan="gold"),
        visit("page", 4) | {"properties": '{"plan": "none"}'},
        identify("bare", 4),
    ]
    append(store, received)
    free, gold = {"plan": "free", "age": 30}, {"plan": "gold", "age": 30, "city": "Oslo"}
    own = [event for event in received if event["fragment"] == "1"]
    for built in ([], own[:3], own):  # what a build has seen comes from its record, the rest from the log
        seen = 0 if not built else 3 if len(built) == 3 else 7
        replace_records(store, [("1", Record.of(built))] if built else [], as_of=9, log_seq=seen, lake="l")
        record = record_of(store, "1")
        assert record is not None
        known = {at: record.traits_at(at) for at in (2, 3, 4, 5, 8, 9)}
        assert known == {2: {}, 3: free, 4: free, 5: gold, 8: gold, 9: gold | {"plan": None}}
    assert record_of(store, "3") is None


@pytest.mark.parametrize("some", [True, False])
def test_a_build_has_seen_the_log_up_to_its_mark_and_no_event_counts_twice(store: Engine, some: bool) -> None:  # noqa: FBT001
    append(store, [visit("a", 1), visit("refused", 2), visit("c", 3), visit("d", 4)])
    built = [("1", Record.of([visit("a", 1), visit("c", 3)]))]  # the mark is 2, and yet the build has c
    if some:
        update_records(store, built, {"1"}, as_of=5, log_seq=2, lake="l")
    else:
        replace_records(store, built, as_of=5, log_seq=2, lake="l")
    assert ids(record_of(store, "1")) == ["a", "c", "d"]
    append(store, [visit("e", 5), visit("c", 6)])
    assert ids(record_of(store, "1")) == ["a", "c", "d", "e"]


def test_a_record_is_the_builds_moved_on_by_the_log(store: Engine) -> None:
    append(store, [visit("a", 1)])
    assert ids(record_of(store, "1")) == ["a"]  # no build yet: the log alone
    seq = log_frame(store)[1].number
    replace_records(
        store, [("1", Record.of([visit("0", 0), visit("a", 1)], {"age": "35-44"}))], as_of=5, log_seq=seq, lake="l"
    )
    assert ids(record_of(store, "1")) == ["0", "a"]
    append(store, [visit("late", 0), visit("b", 2), visit("x", 2, customer="2")])
    moved = record_of(store, "1")
    assert ids(moved) == ["0", "late", "a", "b"]
    assert moved is not None
    assert moved.attributes == {"age": "35-44"}
    assert ids(record_of(store, "2")) == ["x"]
    assert record_of(store, "3") is None


def test_a_failed_build_leaves_the_last_one(store: Engine) -> None:
    replace_records(store, [("1", Record.of([visit("a", 1)]))], as_of=5, log_seq=0, lake="l")

    def broken() -> Iterator[tuple[str, Record]]:
        yield "2", Record.of([visit("b", 1)])
        raise RuntimeError

    with pytest.raises(RuntimeError):
        replace_records(store, broken(), as_of=6, log_seq=0, lake="l", chunk=1)
    assert ids(record_of(store, "1")) == ["a"]
    assert record_of(store, "2") is None
    assert build_meta(store) == {"as_of": "5", "log_seq": "0", "lake": "l", "records": "1"}


def test_while_a_build_gathers_records_events_and_decisions_are_kept(store: Engine) -> None:
    replace_records(store, [("1", Record.of([visit("a", 1)]))], as_of=5, log_seq=0, lake="l")

    def slow() -> Iterator[tuple[str, Record]]:
        yield "2", Record.of([visit("b", 1)])
        yield "3", Record.of([visit("c", 1)])
        assert append(store, [visit("d", 2)]) == {"d"}
        save_decision(store, DECISION)
        assert ids(record_of(store, "1")) == ["a", "d"]
        assert record_of(store, "2") is None
        yield "4", Record.of([visit("e", 1)])

    assert replace_records(store, slow(), as_of=6, log_seq=0, lake="l", chunk=1) == 3
    assert [ids(record_of(store, key)) for key in "1234"] == [["d"], ["b"], ["c"], ["e"]]
    assert saved_decision(store, "d1") == DECISION
    assert build_meta(store) == {"as_of": "6", "log_seq": "0", "lake": "l", "records": "3"}


def test_a_build_clears_away_what_a_failed_one_left_and_one_overtaken_fails(store: Engine) -> None:
    def overtaken() -> Iterator[tuple[str, Record]]:
        yield "1", Record.of([visit("a", 1)])
        replace_records(store, [("2", Record.of([visit("b", 1)]))], as_of=6, log_seq=0, lake="l")
        yield "3", Record.of([visit("c", 1)])

    tables = set(sa.inspect(store).get_table_names())
    with pytest.raises(sa.exc.DatabaseError):
        replace_records(store, overtaken(), as_of=5, log_seq=0, lake="l", chunk=1)
    assert (record_of(store, "1"), ids(record_of(store, "2"))) == (None, ["b"])
    assert set(sa.inspect(store).get_table_names()) == tables


@pytest.fixture(params=["in place", "beside"])
def renewal(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few records are written in place, many into a table that takes the other's place."""
    if request.param == "beside":
        monkeypatch.setattr("serving.store.records._AT_ONCE", 0)


@pytest.mark.usefixtures("renewal")
def test_some_records_are_made_anew_and_the_others_stay(store: Engine) -> None:
    built = [("1", Record.of([visit("a", 1)])), ("2", Record.of([visit("b", 1)])), ("3", Record.of([visit("c", 1)]))]
    replace_records(store, built, as_of=5, log_seq=0, lake="l")
    append(store, [visit("d", 2), visit("e", 2, customer="2")])
    moved = Record.of([visit("a", 1), visit("d", 2)])
    assert update_records(store, [("1", moved)], {"1", "3"}, as_of=6, log_seq=2, lake="m") == 1
    assert [ids(record_of(store, key)) for key in "12"] == [["a", "d"], ["b", "e"]]
    assert record_of(store, "3") is None
    assert build_meta(store) == {"as_of": "6", "log_seq": "2", "lake": "m", "records": "2"}


@pytest.mark.usefixtures("renewal")
@pytest.mark.parametrize("chunk", [1, 2, 500])
def test_records_are_made_anew_block_by_block_none_left_out(store: Engine, chunk: int) -> None:
    def built(*events: str) -> Iterator[tuple[str, Record]]:
        return ((event[0], Record.of([visit(event, 1, event[0])])) for event in events)

    assert replace_records(store, built("1a", "2a", "3a", "4a"), as_of=5, log_seq=0, lake="l", chunk=chunk) == 4
    anew = set("1235")
    assert update_records(store, built("1b", "2b", "5b"), anew, as_of=6, log_seq=0, lake="m", chunk=chunk) == 3
    assert [ids(record_of(store, key)) for key in "1245"] == [["1b"], ["2b"], ["4a"], ["5b"]]
    assert record_of(store, "3") is None
    assert build_meta(store)["records"] == "4"


@pytest.mark.usefixtures("renewal")
def test_records_that_could_not_all_be_made_leave_the_last_ones(store: Engine) -> None:
    replace_records(store, [("1", Record.of([visit("a", 1)]))], as_of=5, log_seq=0, lake="l")

    def broken() -> Iterator[tuple[str, Record]]:
        yield "1", Record.of([visit("b", 1)])
        raise RuntimeError

    with pytest.raises(RuntimeError):
        update_records(store, broken(), {"1"}, as_of=6, log_seq=0, lake="m", chunk=1)
    assert ids(record_of(store, "1")) == ["a"]
    assert meta(store)["lake"] == "l"
