"""The record: what the online evaluator keeps of a customer."""

from __future__ import annotations

import json

from features.evaluate.online.record import Record
from features.evaluate.online.record_append import append
from features.units import DAY
from tests.features.one_customer import NOW, SHOP, Row, event

LATE, EARLY = event(2, id="b", value=100, item_id="x"), event(9, id="a", value=200)


def rows(record: Record) -> list[tuple[object, ...]]:
    """The events as they can be read off a record: their ids, times, values and items."""
    texts = [[record.words[c][i] if i >= 0 else None for i in record.codes(c)] for c in ("event_id", "item_id")]
    return list(zip(*texts, record.number("time").tolist(), record.number("value").tolist(), strict=True))


def same(one: Record, other: Record) -> bool:
    return rows(one) == rows(other) and one.attributes == other.attributes


def test_events_lie_in_time_order_whatever_order_they_came_in() -> None:
    assert [row[0] for row in rows(Record.of([LATE, EARLY]))] == ["a", "b"]
    assert same(append(Record.of([EARLY]), [LATE]), append(Record.of([LATE]), [EARLY]))


def test_a_duplicate_delivery_changes_nothing() -> None:
    assert same(append(Record.of([EARLY, LATE]), [LATE]), Record.of([EARLY, LATE]))


def test_bytes_bring_back_the_same_record() -> None:
    record = Record.of([LATE, EARLY], {"age": "old"})
    assert same(Record.unpack(record.pack()), record)


def test_an_empty_record_has_a_vector_of_nothing() -> None:
    empty: list[Row] = []
    vector = SHOP.online.vector(Record.of(empty), as_of=NOW)
    assert vector[SHOP.names.index("orders_all")] == 0


def test_two_deliveries_of_one_order_are_one_order() -> None:
    first, second = event(5, id="a", order_id="o"), event(5, id="b", order_id="o")
    record = append(Record.of([first]), [second, event(4, id="c")])
    assert record.number("order_line").tolist() == [1, 2, 1]
    assert SHOP.online.vector(record, as_of=NOW)[SHOP.names.index("orders_all")] == 2


def identify(days_ago: float, id: str, **traits: object) -> Row:  # noqa: A002
    return event(days_ago, "identify", id=id) | {"properties": json.dumps(traits)}


def test_traits_hold_from_their_own_time_on_later_ones_over_earlier() -> None:
    """The plan changed ten and five days ago; it was a file's attribute before."""
    record = Record.of([identify(5, "b", plan="gold"), identify(10, "a", plan="silver", city="Lund")], {"plan": "none"})
    for each in (record, Record.unpack(record.pack())):
        assert each.traits_at(NOW - 11 * DAY) == {"plan": "none"}
        assert each.traits_at(NOW - 10 * DAY) == {"plan": "silver", "city": "Lund"}
        assert each.traits_at(NOW) == {"plan": "gold", "city": "Lund"}


def test_traits_that_come_late_lie_where_they_belong() -> None:
    late = append(Record.of([identify(5, "b", plan="gold")]), [identify(10, "a", plan="silver"), identify(5, "b")])
    assert late.traits_at(NOW) == {"plan": "gold"}
    assert late.traits_at(NOW - 6 * DAY) == {"plan": "silver"}
