"""How far entries come: by hand, and as every way through random histories says."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import StamkundError
from insights.journeys.histories import Histories
from insights.journeys.reach import Order, Rules, reach


class Event(NamedTuple):
    time: int
    kind: str
    web: bool


class Step(NamedTuple):
    kinds: str  # a letter each
    web: bool | None = None

    def of(self, event: Event) -> bool:
        return event.kind in self.kinds and self.web in (None, event.web)

    def shares(self, other: Step) -> bool:
        return bool(set(self.kinds) & set(other.kinds))


class Journey(NamedTuple):
    steps: list[Step]
    unless: Step | None
    order: Order
    within: int | None

    @property
    def rules(self) -> Rules:
        shared = {k: [j for j in range(k) if self.steps[j].shares(step)] for k, step in enumerate(self.steps)}
        beginning = self.steps if self.order == "any" else self.steps[:1]
        later = self.unless is not None and any(self.unless.shares(step) for step in beginning)
        return Rules(self.order, self.within, shared, later)


def counts_of(customers: list[list[Event]], journey: Journey) -> list[int]:
    """The kernel's counts of steps of all entries."""
    events = [event for customer in customers for event in customer]
    ends, time = np.cumsum([len(c) for c in customers], dtype=np.int64), [event.time for event in events]
    histories = Histories(ends, np.array(time, dtype=np.int64))
    masks = [np.array([step.of(event) for event in events], dtype=np.bool_) for step in journey.steps]
    unless = None if journey.unless is None else np.array([journey.unless.of(e) for e in events], dtype=np.bool_)
    reached = reach(histories, masks, unless, journey.rules)
    told: list[int] = reached.count.tolist()
    return told


def brute_force(events: list[Event], journey: Journey) -> Iterator[int]:
    """The most steps that any choice of events makes, for each entry."""
    begins = journey.steps if journey.order == "any" else journey.steps[:1]
    for start, event in enumerate(events):
        if any(step.of(event) for step in begins):
            yield max(_lengths(events, start, journey))


def _lengths(events: list[Event], start: int, journey: Journey) -> Iterator[int]:
    until = _until(events, events[start], journey)
    if journey.order == "any":
        in_time = [event for event in events if events[start].time <= event.time <= until]
        yield sum(any(step.of(event) for event in in_time) for step in journey.steps)
        return
    rank = {n: next((k for k, s in enumerate(journey.steps) if s.of(e)), len(events)) for n, e in enumerate(events)}
    line = sorted(range(len(events)), key=lambda n: (events[n].time, rank[n], n))
    for length in range(1, len(journey.steps) + 1):
        for rest in permutations([n for n in range(len(events)) if n != start], length - 1):
            chain = [start, *rest]
            adjacent = all(line.index(b) == line.index(a) + 1 for a, b in zip(chain, rest, strict=False))
            if (journey.order == "loose" or adjacent) and _follows([events[n] for n in chain], journey, until):
                yield length


def _follows(chain: list[Event], journey: Journey, until: int) -> bool:
    for k, event in enumerate(chain):
        if not journey.steps[k].of(event) or event.time > until:
            return False
        for j in range(k):
            shares = journey.steps[j].shares(journey.steps[k])
            if event.time < chain[j].time or (shares and event.time == chain[j].time):
                return False
    return True


def _until(events: list[Event], start: Event, journey: Journey) -> int:
    until = 99 if journey.within is None else start.time + journey.within
    ends = [e.time for e in events if journey.unless is not None and journey.unless.of(e)]
    return min([until, *(t for t in ends if t > start.time or (t == start.time and not journey.rules.later))])


EVENTS = st.builds(Event, st.integers(0, 5), st.sampled_from("abcx"), st.booleans())
CUSTOMERS = st.lists(st.lists(EVENTS, min_size=1, max_size=8).map(lambda own: sorted(own, key=lambda e: e.time)))
STEPS = st.builds(Step, st.sampled_from(["a", "b", "c", "ab"]), st.sampled_from([None, True, False]))
JOURNEYS = st.builds(
    Journey,
    st.lists(STEPS, min_size=1, max_size=4),
    st.sampled_from([None, Step("x"), Step("xa"), Step("b", web=True)]),
    st.sampled_from(["loose", "strict", "any"]),
    st.sampled_from([None, 0, 1, 3]),
)


@given(CUSTOMERS, JOURNEYS)
def test_entries_come_as_far_as_any_choice_of_events(customers: list[list[Event]], journey: Journey) -> None:
    assert counts_of(customers, journey) == [n for own in customers for n in brute_force(own, journey)]


def own(text: str) -> list[Event]:
    """Events such as ``a0 b1``: kind and time."""
    return [Event(int(word[1:]), word[0], web=True) for word in text.split()]


@pytest.mark.parametrize(
    ("events", "order", "counts"),
    [
        ("a0 x1 b2 c3", "loose", [3]),  # others lie between
        ("a0 x1 b2 c3", "strict", [1]),
        ("a0 b1 c1", "strict", [3]),
        ("c1 b1 a1", "loose", [3]),  # at one moment, in the order of the steps
        ("c1 b1 a1", "strict", [3]),
        ("c0 b1 a2", "loose", [1]),
        ("c0 b1 a2", "any", [3, 2, 1]),  # from each of them
        ("a0 a1 b9 c10", "loose", [2, 3]),  # within 9 of the entry
        ("a0 b9 c10", "loose", [2]),
    ],
)
def test_orders_by_hand(events: str, order: Order, counts: list[int]) -> None:
    steps = [Step(kind) for kind in "abc"]
    assert counts_of([own(events)], Journey(steps, None, order, 9)) == counts


def test_what_ends_an_entry_counts_after_the_step_of_its_moment() -> None:
    ended = Journey([Step("a"), Step("b"), Step("c")], Step("x"), "loose", None)
    assert counts_of([own("a0 x1 b1 c2")], ended) == [2]
    assert counts_of([own("a0 b1 c2 x3")], ended) == [3]


def test_two_lines_of_one_order_are_not_two_orders() -> None:
    second = Journey([Step("a"), Step("a")], None, "loose", None)
    assert counts_of([own("a0 a0"), own("a0 a1")], second) == [1, 1, 2, 1]


def test_many_steps_count_to_the_last() -> None:
    assert counts_of([own(" ".join(f"a{n}" for n in range(40)))], Journey([Step("a")] * 40, None, "loose", None)) == [
        *range(40, 0, -1)
    ]


@pytest.mark.parametrize(("ends", "time"), [([2], [1, 0]), ([1], [1, 2]), ([2, 2], [1, 2]), ([], [1])])
def test_what_is_not_sorted_or_not_whole_is_refused(ends: list[int], time: list[int]) -> None:
    with pytest.raises(StamkundError, match="sorted by customer and time") as caught:
        Histories(np.array(ends, dtype=np.int64), np.array(time))
    assert caught.value.code == "unsorted_histories"
