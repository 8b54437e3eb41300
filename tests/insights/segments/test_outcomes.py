"""How customers fare in journeys: by hand, by every pair of events, and alike of all at once and of one record."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.config.sections.insights.journeys import OUTCOMES, JourneySettings
from features.evaluate.online.record import Record
from features.events.knowledge import known_events
from features.units import DAY
from insights.journeys.journey import Journey
from insights.segments.columns.journeys import outcomes_at
from insights.segments.person.outcomes import outcomes_of_record

Event = dict[str, object]
SCHEMA = {"event_id": pl.String, "source": pl.String, "time": pl.Int64, "kind": pl.String, "order_id": pl.String,
          "category": pl.String, "value": pl.Int64, "known_at": pl.Int64, "customer_id": pl.String}  # fmt: skip


def journey(**declared: object) -> Journey:
    return Journey.of("j", JourneySettings.model_validate(declared), minor_units=0)


def events(kinds: str, **columns: object) -> list[Event]:
    """An event a day from day 1, one for each letter; a dot is a day without one."""
    names = {"v": "view", "c": "cart", "o": "order", "r": "refund", "x": "visit"}
    days = ((day, names[letter]) for day, letter in enumerate(kinds, 1) if letter != ".")
    return [{"event_id": f"{day}", "source": "shop", "time": day * DAY, "kind": kind, **columns} for day, kind in days]


def told(record: Record, of: Journey, *, as_of: int) -> list[tuple[str, float] | None]:
    found = outcomes_of_record(record, of, as_of=as_of)
    days = [float(found.days_since(step, as_of=as_of)[0]) for step in range(len(of.names))]
    codes = found.code[:, 0].tolist()
    return [(OUTCOMES[code], since) if code >= 0 else None for code, since in zip(codes, days, strict=True)]


CHECKOUT = {"steps": ["view", "cart", "order"], "within": "3d"}


@pytest.mark.parametrize(
    ("kinds", "as_of", "declared", "expected"),
    [
        ("v", 3, CHECKOUT, [("open", 2), None, None]),  # until the end of day 4
        ("v", 4, CHECKOUT, [("dropped", 3), None, None]),  # days 2, 3 and 4 were the window
        ("vco", 4, CHECKOUT, [("went_on", 3), ("went_on", 2), ("converted", 1)]),
        ("vc..o", 9, CHECKOUT, [("went_on", 8), ("dropped", 7), None]),  # the order came a day too late
        ("vcv", 9, CHECKOUT, [("dropped", 6), ("dropped", 7), None]),  # the last view led nowhere; nor did the cart
        ("v.v..o", 9, {"steps": ["view", "order"], "within": "3d"}, [("went_on", 6), ("converted", 3)]),
        ("vov", 9, {"steps": ["view", "order"], "within": "3d"}, [("dropped", 6), ("converted", 7)]),  # once they did
        ("vrc", 3, {**CHECKOUT, "unless": "refund"}, [("dropped", 2), None, None]),  # at once: it cannot go on
        ("v", 99, {"steps": ["view", "order"]}, [("dropped", 98), None]),  # without a window nothing is open
        ("vxo", 9, {**CHECKOUT, "steps": ["view", "order"], "order": "strict"}, [("dropped", 8), None]),
        ("ov", 9, {**CHECKOUT, "steps": ["view", "order"], "order": "any"}, [("dropped", 7), ("converted", 8)]),
    ],
)  # fmt: skip
def test_the_last_time_tells(kinds: str, as_of: int, declared: dict[str, object], expected: list[object]) -> None:
    assert told(Record.of(events(kinds)), journey(**declared), as_of=as_of * DAY) == expected


def test_an_order_of_several_lines_is_one_event() -> None:
    lines = [
        {"event_id": f"{n}", "source": "shop", "time": 2 * DAY, "kind": "order", "order_id": "a", "category": category}
        for n, category in enumerate(["Tea", "Cups", "Cake"])
    ]
    record = Record.of([*events("v.x"), *lines])
    tea = {"kind": "order", "where": {"category": "Tea"}}
    bought = journey(steps=["view", tea, "visit"], order="strict", within="5d")
    assert [each and each[0] for each in told(record, bought, as_of=9 * DAY)] == ["went_on", "went_on", "converted"]


STEPS = st.sampled_from(["view", "cart", "order", {"kind": "view", "where": {"category": "Tea"}}, "visit"])
declarations = st.fixed_dictionaries({
    "steps": st.lists(STEPS, min_size=2, max_size=3),
    "within": st.sampled_from([None, "1h", "3h"]),
    "order": st.sampled_from(["loose", "strict", "any"]),
    "unless": st.sampled_from([[], ["refund"], ["view"], [{"kind": "order", "where": {"value": {"above": 5}}}]]),
    "by": st.sampled_from(["furthest", "first", "every"]),
})  # fmt: skip
HOUR = DAY // 24
histories = st.lists(
    st.fixed_dictionaries({
        "customer_id": st.sampled_from(["ann", "bo"]), "time": st.integers(1, 6).map(lambda hour: hour * HOUR),
        "kind": st.sampled_from(["view", "cart", "order", "refund", "visit", "identify"]),
        "order_id": st.sampled_from([None, "a", "b"]), "category": st.sampled_from([None, "Tea", "Cups"]),
        "value": st.sampled_from([None, 3, 9]), "known_at": st.sampled_from([None, 5 * HOUR]),
    }), min_size=3, max_size=9,
)  # fmt: skip


def declared(told: dict[str, object]) -> Journey | None:
    """A journey of steps with names of their own; None where two steps of any order are the same events."""
    steps = [{"kind": step} if isinstance(step, str) else step for step in told["steps"]]  # type: ignore[attr-defined]
    try:
        return journey(**{**told, "steps": [{**step, "name": f"s{place}"} for place, step in enumerate(steps)]})
    except ValueError:
        return None


@settings(max_examples=25)  # some engine runs in each
@given(declarations, histories, st.integers(2, 8))
def test_a_record_tells_what_all_events_tell(declaration: dict[str, object], rows: list[Event], hour: int) -> None:
    of, as_of = declared(declaration), hour * HOUR
    if of is None:
        return
    named = [{**row, "event_id": f"e{n}", "source": "shop"} for n, row in enumerate(rows)]
    frame = pl.LazyFrame(named, SCHEMA)
    together = outcomes_at(known_events(frame, as_of), of, pl.Series(["ann", "bo", "cy"]), as_of=as_of)
    for place, customer in enumerate(["ann", "bo", "cy"]):
        record = Record.of(row for row in named if row["customer_id"] == customer)
        alone, own = outcomes_of_record(record, of, as_of=as_of), slice(place, place + 1)
        assert together.code[:, own].tolist() == alone.code.tolist()
        for step in range(len(of.names)):
            days = [found.days_since(step, as_of=as_of) for found in (together, alone)]
            assert days[0][own].tobytes() == days[1].tobytes()


@given(st.lists(st.tuples(st.integers(1, 9), st.sampled_from(["view", "order"])), max_size=7), st.integers(1, 4))
def test_two_steps_are_what_every_pair_of_events_says(rows: list[tuple[int, str]], days: int) -> None:
    history: list[Event] = [{"event_id": f"{n}", "time": at * DAY, "kind": kind} for n, (at, kind) in enumerate(rows)]
    views, orders = ([at for at, kind in rows if kind == wanted] for wanted in ("view", "order"))
    led = [view for view in views if any(view <= order <= view + days for order in orders)]
    of, now = journey(steps=["view", "order"], within=f"{days}d"), 10
    first, second = told(Record.of(history), of, as_of=now * DAY)
    if not views:
        assert first is second is None
        return
    last = max(views)
    outcome = "went_on" if last in led else "open" if last > now - days else "dropped"
    assert first == (outcome, now - last)
    assert (second is not None) == bool(led)
    if led:
        assert second == ("converted", now - min(order for order in orders if order >= max(led)))
