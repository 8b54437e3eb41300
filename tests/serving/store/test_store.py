from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from features.evaluate.online.record import Record
from features.ingest.sources.watermark import LogWatermark
from serving.store.decisions import Decision, save_decision
from serving.store.engine import meta, open_store
from serving.store.event_log import append_events, log_frame
from serving.store.records import record_of, replace_records, update_records
from tests.serving.decision_rows import saved_decision

DECIDED = Decision(
    decision_id="d1",
    time=7,
    id_type="user_id",
    id="1",
    customer_id="1",
    context={"channel": "web"},
    models={"redemption": "3"},
    eligible=[{"offer_id": "tea", "expected_value": 0.5}],
    placements=[{"id": "home", "items": [{"offer_id": "tea", "probability": 1.0}]}],
)


@pytest.fixture
def store(store_url: str) -> Iterator[Engine]:
    engine = open_store(store_url)
    yield engine
    engine.dispose()


def visit(event_id: str, time: int, customer: str | None = "1") -> dict[str, object]:
    return {"event_id": event_id, "customer_id": customer, "time": time, "kind": "visit", "id": customer or "anon"}


def append(store: Engine, events: list[dict[str, object]]) -> set[str]:
    return append_events(store, [[event] for event in events], received_at=9)


def ids(record: Record | None) -> list[object]:
    assert record is not None
    return [record.words["event_id"][code] for code in record.codes("event_id")]


def noted(store: Engine) -> dict[str, str]:
    return {key: value for key, value in meta(store).items() if key != "log"}


def test_sqlite_keeps_what_it_acknowledged_without_waiting_for_the_disk(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'store.db'}").connect() as connection:
        pragmas = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
    assert pragmas == ["wal", 1]  # 1 is NORMAL


def log_of(url: str) -> str:
    store = open_store(url)
    try:
        return log_frame(store)[1].log_id
    finally:
        store.dispose()


def test_whoever_opens_a_new_store_at_the_same_time_finds_one_log(store_url: str) -> None:
    with ThreadPoolExecutor(8) as threads:
        logs = set(threads.map(log_of, [store_url] * 16))
    assert len(logs) == 1
    assert logs != {""}
    assert log_of(store_url) in logs


def test_a_log_keeps_its_id_through_builds(store: Engine) -> None:
    log = meta(store)["log"]
    replace_records(store, [("1", Record.of([visit("a", 1)]))], as_of=5, log_seq=0, lake="l")
    update_records(store, [("1", Record.of([visit("a", 1)]))], {"1"}, as_of=6, log_seq=0, lake="m")
    assert meta(store)["log"] == log


def test_every_store_has_a_log_of_its_own(tmp_path: Path) -> None:
    assert log_of(f"sqlite:///{tmp_path / 'a.db'}") != log_of(f"sqlite:///{tmp_path / 'b.db'}")


def test_a_store_made_before_logs_had_ids_is_given_one(store_url: str, store: Engine) -> None:
    with store.begin() as connection:
        connection.execute(sa.text("DELETE FROM meta"))
    assert log_frame(store)[1] == LogWatermark("", 0)
    log = log_of(store_url)
    assert log
    assert log_of(store_url) == log


def test_an_event_is_logged_once(store: Engine) -> None:
    assert append(store, [visit("a", 1), visit("b", 2)]) == {"a", "b"}
    assert append(store, [visit("b", 2), visit("c", 3)]) == {"c"}
    assert append(store, [visit("d", 4), visit("d", 4)]) == {"d"}
    assert append(store, []) == set()


def times(store: Engine) -> dict[str, int]:
    """When each event of the log took place, in the order of the log."""
    frame, _ = log_frame(store)
    return dict(frame.select("event_id", "time").rows())


def test_of_two_deliveries_the_first_is_kept_in_one_batch_and_in_two(store: Engine) -> None:
    assert append(store, [visit("b", 1), visit("a", 2), visit("b", 3)]) == {"a", "b"}
    assert append(store, [visit("c", 4), visit("a", 5)]) == {"c"}
    assert times(store) == {"b": 1, "a": 2, "c": 4}
    assert ids(record_of(store, "1")) == ["b", "a", "c"]


def test_a_batch_that_fails_leaves_nothing_in_the_log(store: Engine) -> None:
    broken = [visit("m", 1), visit("m#002", 1) | {"kind": None}]
    with pytest.raises(sa.exc.IntegrityError):
        append_events(store, [[visit("a", 1)], broken], received_at=9)
    assert times(store) == {}
    assert append(store, [visit("a", 1), visit("m", 2)]) == {"a", "m"}


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
    own = [event for event in received if event["customer_id"] == "1"]
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
    assert noted(store) == {"as_of": "5", "log_seq": "0", "lake": "l", "records": "1"}


def test_while_a_build_gathers_records_events_and_decisions_are_kept(store: Engine) -> None:
    replace_records(store, [("1", Record.of([visit("a", 1)]))], as_of=5, log_seq=0, lake="l")

    def slow() -> Iterator[tuple[str, Record]]:
        yield "2", Record.of([visit("b", 1)])
        yield "3", Record.of([visit("c", 1)])
        assert append(store, [visit("d", 2)]) == {"d"}
        save_decision(store, DECIDED)
        assert ids(record_of(store, "1")) == ["a", "d"]
        assert record_of(store, "2") is None
        yield "4", Record.of([visit("e", 1)])

    assert replace_records(store, slow(), as_of=6, log_seq=0, lake="l", chunk=1) == 3
    assert [ids(record_of(store, key)) for key in "1234"] == [["d"], ["b"], ["c"], ["e"]]
    assert saved_decision(store, "d1") == DECIDED
    assert noted(store) == {"as_of": "6", "log_seq": "0", "lake": "l", "records": "3"}


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


def test_some_records_are_made_anew_and_the_others_stay(store: Engine) -> None:
    built = [("1", Record.of([visit("a", 1)])), ("2", Record.of([visit("b", 1)])), ("3", Record.of([visit("c", 1)]))]
    replace_records(store, built, as_of=5, log_seq=0, lake="l")
    append(store, [visit("d", 2), visit("e", 2, customer="2")])
    moved = Record.of([visit("a", 1), visit("d", 2)])
    assert update_records(store, [("1", moved)], {"1", "3"}, as_of=6, log_seq=2, lake="m") == 1
    assert [ids(record_of(store, key)) for key in "12"] == [["a", "d"], ["b", "e"]]
    assert record_of(store, "3") is None
    assert noted(store) == {"as_of": "6", "log_seq": "2", "lake": "m", "records": "2"}


@pytest.mark.parametrize("chunk", [1, 2, 500])
def test_records_are_made_anew_block_by_block_none_left_out(store: Engine, chunk: int) -> None:
    def built(*events: str) -> Iterator[tuple[str, Record]]:
        return ((event[0], Record.of([visit(event, 1, event[0])])) for event in events)

    assert replace_records(store, built("1a", "2a", "3a", "4a"), as_of=5, log_seq=0, lake="l", chunk=chunk) == 4
    anew = set("1235")
    assert update_records(store, built("1b", "2b", "5b"), anew, as_of=6, log_seq=0, lake="m", chunk=chunk) == 3
    assert [ids(record_of(store, key)) for key in "1245"] == [["1b"], ["2b"], ["4a"], ["5b"]]
    assert record_of(store, "3") is None
    assert noted(store)["records"] == "4"


def test_records_that_could_not_all_be_made_leave_the_last_ones(store: Engine) -> None:
    replace_records(store, [("1", Record.of([visit("a", 1)]))], as_of=5, log_seq=0, lake="l")

    def broken() -> Iterator[tuple[str, Record]]:
        yield "1", Record.of([visit("b", 1)])
        raise RuntimeError

    with pytest.raises(RuntimeError):
        update_records(store, broken(), {"1"}, as_of=6, log_seq=0, lake="m", chunk=1)
    assert ids(record_of(store, "1")) == ["a"]
    assert meta(store)["lake"] == "l"


def test_a_message_is_kept_whole_or_not_at_all(store: Engine) -> None:
    order = [visit("m", 1), visit("m#002", 1)]
    assert append_events(store, [order, [visit("n", 2)]], received_at=9) == {"m", "n"}
    longer = [*order, visit("m#003", 1)]
    assert append_events(store, [longer, [visit("o", 3)], [visit("o", 3), visit("o#002", 3)]], received_at=9) == {"o"}
    assert log_frame(store)[0]["event_id"].sort().to_list() == ["m", "m#002", "n", "o"]


def test_the_log_is_a_source_of_canonical_events(store: Engine) -> None:
    log = meta(store)["log"]
    frame, mark = log_frame(store)
    assert (frame.height, mark) == (0, LogWatermark(log, 0))
    append(store, [visit("a", 1), visit("b", 2, customer=None)])
    frame, mark = log_frame(store)
    assert frame.select("event_id", "customer_id", "time", "value").rows() == [
        ("a", "1", 1, None),
        ("b", None, 2, None),
    ]
    assert mark == LogWatermark(log, 2)
    append(store, [visit("c", 3)])
    newer, mark = log_frame(store, 2)
    assert (newer["event_id"].to_list(), mark) == (["c"], LogWatermark(log, 3))
    assert log_frame(store, 3)[0].is_empty()


def test_the_mark_of_a_log_is_its_last_number_which_is_never_given_again(store: Engine) -> None:
    append(store, [visit("a", 1), visit("b", 2)])
    with store.begin() as connection:
        connection.execute(sa.text("DELETE FROM event_log WHERE event_id = 'b'"))
    assert append(store, [visit("c", 3)]) == {"c"}
    newer, mark = log_frame(store, 2)
    assert (newer["event_id"].to_list(), mark.number) == (["c"], 3)


def test_a_decision_is_kept_with_its_eligible_set_and_probabilities(store: Engine) -> None:
    save_decision(store, DECIDED)
    assert saved_decision(store, "d1") == DECIDED
    assert saved_decision(store, "d2") is None
