from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import StamkundError
from features.evaluate.online.record import Record
from features.units import DAY, HOUR
from serving.timeline.cursor import decode, encode
from serving.timeline.entries import Place, Timeline

Event = Mapping[str, object]
SHOP: list[Event] = [
    {"event_id": "l1", "time": 5, "kind": "order", "order_id": "o1", "item_id": "tea", "value": 250, "source": "shop"},
    {"event_id": "l2", "time": 5, "kind": "order", "order_id": "o1", "item_id": "cup", "value": 999, "source": "shop"},
    {"event_id": "r1", "time": 7, "kind": "refund", "order_id": "o1", "value": 250, "source": "shop"},
    {"event_id": "w1", "time": 8, "kind": "order", "order_id": "o1", "value": 100, "source": "web"},
    {"event_id": "s1", "time": 9, "kind": "survey", "rating": 7.5, "scale": "nps", "source": "web"},
]


def timeline_of(events: Iterable[Event], *, as_of: int = 100, timezones: Mapping[str, str] | None = None) -> Timeline:
    return Timeline(Record.of(events), as_of, 2, timezones or {})


def test_the_lines_of_an_order_are_one_entry_and_the_latest_comes_first() -> None:
    entries, after = timeline_of(SHOP).page((), before=None, limit=10)
    assert after is None
    assert [(e["kind"], e["source"], e.get("value"), len(e.get("lines", "none"))) for e in entries] == [  # type: ignore[arg-type]
        ("survey", "web", None, 4),
        ("order", "web", "1.00", 1),
        ("refund", "shop", "2.50", 1),
        ("order", "shop", "12.49", 2),
    ]
    assert entries[0]["rating"] == 7.5
    assert entries[-1]["lines"] == [{"item_id": "tea", "value": "2.50"}, {"item_id": "cup", "value": "9.99"}]


def test_two_visits_are_two_entries_and_so_are_orders_without_a_number() -> None:
    events = [{"event_id": f"{kind}{n}", "time": n, "kind": kind} for kind in ("visit", "order") for n in (1, 2)]
    assert timeline_of(events).counts() == {"order": 2, "visit": 2}


def test_what_is_still_to_come_is_not_there() -> None:
    assert timeline_of(SHOP, as_of=7).counts() == {"order": 1, "refund": 1}


def test_entries_of_some_kinds() -> None:
    entries, _ = timeline_of(SHOP).page({"survey", "refund"}, before=None, limit=10)
    assert [entry["event_id"] for entry in entries] == ["s1", "r1"]


@pytest.mark.parametrize(
    ("time", "source", "precision"),
    [
        (DAY - 1, "shop", "day"),
        (DAY - 2, "shop", "moment"),
        (DAY - 1, "unknown", "moment"),
        (DAY - HOUR - 1, "berlin", "day"),
        (DAY - 1, "berlin", "moment"),
    ],
)
def test_a_time_that_was_told_as_a_day_says_so(time: int, source: str, precision: str) -> None:
    event = {"event_id": "a", "time": time, "kind": "visit", "source": source}
    timeline = timeline_of([event], as_of=DAY, timezones={"shop": "UTC", "berlin": "Europe/Berlin"})
    assert timeline.page((), before=None, limit=1)[0][0]["precision"] == precision


def test_nobody_has_entries_of_nothing() -> None:
    assert timeline_of([]).page((), before=None, limit=1) == ([], None)


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "event_id": st.sampled_from("abcdefgh"),
                "time": st.integers(0, 4),
                "kind": st.sampled_from(["order", "visit"]),
                "order_id": st.sampled_from([None, "o1", "o2"]),
                "source": st.sampled_from(["shop", "web"]),
            }
        )
    ),
    st.integers(1, 4),
)
def test_the_pages_hold_each_entry_once_in_the_order_of_one_page(events: list[Event], limit: int) -> None:
    timeline = timeline_of(events)
    (whole, _), pages, before = timeline.page((), before=None, limit=1000), list[dict[str, object]](), None
    while True:
        entries, before = timeline.page((), before=before, limit=limit)
        pages += entries
        if before is None:
            break
    assert pages == whole
    assert sum(timeline.counts().values()) == len(whole)


@given(st.integers(), st.integers(), st.text(), st.text())
def test_a_cursor_comes_back_as_it_was(as_of: int, time: int, event_id: str, source: str) -> None:
    as_of, time = as_of % 2**62, time % 2**62
    place = Place(time, event_id.encode("utf-8", "replace").decode(), source.encode("utf-8", "replace").decode())
    assert decode(encode(as_of, place)) == (as_of, place)


@pytest.mark.parametrize("text", ["", "x", "Å", "W10", "WzEsMiwzLDRd", "WzEsMiwiYSJd", "/x", "a" * 10_000])
def test_another_text_is_no_cursor(text: str) -> None:
    with pytest.raises(StamkundError, match="is no cursor") as caught:
        decode(text)
    assert caught.value.code == "bad_cursor"
