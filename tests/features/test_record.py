"""The record: what the live evaluator keeps of a customer."""

from __future__ import annotations

from features.record import Record, record_vector
from tests.features.events import NOW, SHOP, Row, event

LATE, EARLY = event(2, id="b", value=100, item_id="x"), event(9, id="a", value=200)


def same(one: Record, other: Record) -> bool:
    return one.events() == other.events() and one.attributes == other.attributes


def test_events_lie_in_time_order_whatever_order_they_came_in() -> None:
    assert [e["event_id"] for e in Record.of([LATE, EARLY]).events()] == ["a", "b"]
    assert same(Record.of([EARLY]).append([LATE]), Record.of([LATE]).append([EARLY]))


def test_a_duplicate_delivery_changes_nothing() -> None:
    assert same(Record.of([EARLY, LATE]).append([LATE]), Record.of([EARLY, LATE]))


def test_bytes_bring_back_the_same_record() -> None:
    record = Record.of([LATE, EARLY], {"age": "old"})
    assert same(Record.unpack(record.pack()), record)


def test_an_empty_record_has_no_last_time_and_a_vector_of_nothing() -> None:
    empty: list[Row] = []
    vector = record_vector(SHOP, Record.of(empty), as_of=NOW)
    assert Record.of(empty).last_time is None
    assert vector[SHOP.names.index("orders_all")] == 0
