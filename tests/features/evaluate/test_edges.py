"""The edges of a window, ``(as_of − start, as_of − end]``: of all that can be aggregated, by both evaluators."""

from __future__ import annotations

from functools import cache
from math import nan

import pytest

from features.language.feature import Feature
from features.language.terms import Measure, Op, Span, Term, where
from features.profiles.fitted.feature_set import FeatureSet
from features.profiles.frames import profile_frame
from features.units import DAY, MINUTE
from tests.features.one_customer import NOW, Row, attributes, event, frame, profile_of

ORDER = where(kind="order")
MOMENT = 1 / DAY  # a microsecond, in days
LAST, BEFORE = Span(28), Span(56, 28)
TAKEN: tuple[tuple[Op, str], ...] = (
    ("sum", "one"), ("sum", "opening"), ("sum", "value"), ("min", "value"), ("max", "value"), ("first", "value"),
    ("last", "value"), ("min", "time"), ("max", "time"), ("sum", "gap"), ("min", "gap"), ("max", "gap"),
    ("first", "gap"), ("last", "gap"),
)  # fmt: skip
COUNTED: tuple[tuple[Op, str], ...] = tuple(
    ("distinct", column) for column in ("value", "day", "week", "item_id", "order_id")
)


@cache
def every(span: Span) -> FeatureSet:
    """Everything that can be taken of a span; different values can be counted up to as_of only."""
    pairs = (*TAKEN, *(() if span.end else COUNTED))
    terms = [Term(Measure(op, column, ORDER), span) for op, column in pairs]
    features = (Feature(f"{t.measure.op}_{t.measure.column}", "amount", (t,), "count", "what is taken") for t in terms)
    return FeatureSet(tuple(features), fitted_at=0)


def taken(events: list[Row], span: Span) -> dict[str, float]:
    return profile_of(events, features=every(span))


def alone(days_ago: float) -> Row:
    """An order in a window; the order before it was 100 days before NOW."""
    return event(days_ago, value=500, item_id="tea", order_id="o2")


OLD = event(100, value=700, item_id="old", order_id="o1")


def exactly(told: dict[str, float]) -> object:
    """Equal to the last bit, the undefined too."""
    return pytest.approx(told, rel=0, abs=0, nan_ok=True)


def one_order(days_ago: float, span: Span) -> dict[str, float]:
    """What is taken of a span with that order in it."""
    gap = round((100 - days_ago) * DAY) // MINUTE
    held = {"time": NOW - round(days_ago * DAY), "gap": gap, "value": 500}
    parts = {name: name.split("_", 1) for name in every(span).names}
    return {name: 1 if op == "distinct" else held.get(column, 1) for name, (op, column) in parts.items()}


def nothing(span: Span) -> dict[str, float]:
    """What is taken of a span without any."""
    return {name: 0 if name.startswith(("sum", "distinct")) else nan for name in every(span).names}


@pytest.mark.parametrize(
    ("days_ago", "there"),
    [(28, False), (28 - MOMENT, True), (MOMENT, True), (0, True), (-MOMENT, False)],
    ids=["on the far edge", "just inside", "just before as_of", "at as_of", "just after as_of"],
)
def test_a_window_begins_after_its_far_edge_and_ends_at_as_of(days_ago: float, there: bool) -> None:  # noqa: FBT001
    expected = one_order(days_ago, LAST) if there else nothing(LAST)
    assert taken([OLD, alone(days_ago)], LAST) == exactly(expected)


@pytest.mark.parametrize(
    ("days_ago", "there"),
    [(56, False), (56 - MOMENT, True), (28 + MOMENT, True), (28, True), (28 - MOMENT, False)],
    ids=["on the far edge", "just inside", "just before the near edge", "on the near edge", "just after"],
)
def test_an_earlier_window_ends_where_the_later_one_begins(days_ago: float, there: bool) -> None:  # noqa: FBT001
    expected = one_order(days_ago, BEFORE) if there else nothing(BEFORE)
    assert taken([OLD, alone(days_ago)], BEFORE) == exactly(expected)


# Orders on both edges of the last 28 days, a moment within each, and a moment after as_of, of n units each.
CROWD = [event(d, value=n, item_id=f"i{n}") for n, d in enumerate((28, 28 - MOMENT, MOMENT, 0, -MOMENT), 1)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sum_value", 2 + 3 + 4),
        ("min_value", 2),
        ("max_value", 4),
        ("first_value", 2),
        ("last_value", 4),
        ("sum_one", 3),
        ("distinct_item_id", 3),
        ("distinct_value", 3),
        ("min_time", NOW - 28 * DAY + 1),
        ("max_time", NOW),
    ],
)
def test_of_events_around_both_edges_those_within_are_taken(name: str, expected: float) -> None:
    assert taken(CROWD, LAST)[name] == expected


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ((28, 5), 1),  # on the far edge and within
        ((5, 3, 0), 1),
        ((5, -MOMENT), 1),  # within and after as_of
        ((28, 60), 0),
        ((28, -MOMENT), 0),
        ((28 - MOMENT, 100), 1),
        ((0, -3), 1),
    ],
)
def test_what_is_seen_again_counts_once_where_it_is_seen_within(seen: tuple[float, ...], expected: int) -> None:
    found = taken([event(days, value=500, item_id="tea") for days in seen], LAST)
    assert (found["distinct_item_id"], found["distinct_value"]) == (expected, expected)


def test_a_gap_lies_where_it_ends() -> None:
    # Orders 60, 28 and 20 days ago: the gap of 32 days ends on the far edge, that of 8 days within.
    orders = [event(days) for days in (60, 28, 20)]
    later, earlier = (taken(orders, span) for span in (LAST, BEFORE))
    assert {later[f"{op}_gap"] for op in ("sum", "min", "max", "first", "last")} == {8 * 24 * 60}
    assert {earlier[f"{op}_gap"] for op in ("sum", "min", "max", "first", "last")} == {32 * 24 * 60}


def test_of_orders_at_one_time_the_first_and_the_last_go_by_their_ids() -> None:
    together = [event(3, id=name, value=value) for name, value in (("b", 20), ("c", 30), ("a", 10))]
    found = taken(together, LAST)
    assert (found["first_value"], found["last_value"], found["sum_gap"]) == (10, 30, 0)


def test_moments_asked_for_together_keep_their_own_edges() -> None:
    moments = [NOW - 28 * DAY, NOW - 28 * DAY + 1, NOW - 1, NOW, NOW + 1]
    rows = profile_frame(frame([OLD, *CROWD]), every(LAST), as_of=moments, attributes=attributes())
    for row in rows.iter_rows(named=True):
        alone = profile_of([OLD, *CROWD], as_of=row["as_of"], features=every(LAST))
        assert {name: row[name] for name in alone} == exactly(alone)
    assert rows["sum_value"].to_list() == [1, 1 + 2, 1 + 2 + 3, 2 + 3 + 4, 3 + 4 + 5]
