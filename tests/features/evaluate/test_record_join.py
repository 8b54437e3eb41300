"""The records of several identifiers as one: as if all events had been one's from the beginning."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from features.evaluate.online.record import Record
from features.evaluate.online.record_join import joined
from features.evaluate.online.traits import Snapshot

Row = dict[str, object]


@st.composite
def histories(draw: st.DrawFn) -> list[list[Row]]:
    """Events of up to three identifiers; some are in more than one of them."""
    rows: list[Row] = []
    for n in range(draw(st.integers(1, 8))):
        kind, source = draw(st.sampled_from(["visit", "order", "identify"])), draw(st.sampled_from(["a", "b"]))
        row: Row = {"event_id": f"e{draw(st.integers(0, 9))}{n}", "source": source, "kind": kind}
        row["time"] = draw(st.integers(1, 4))
        row |= {"value": 5, "order_line": 1} if kind == "order" else {}
        row |= {"properties": f'{{"age": {n}}}'} if kind == "identify" else {}
        row |= draw(st.sampled_from([{}, {"channel": "web"}, {"item_id": "tea"}]))
        rows.append(row)
    parts = draw(st.lists(st.sets(st.integers(0, len(rows) - 1), min_size=1), min_size=1, max_size=3))
    return [[rows[place] for place in sorted(part)] for part in parts]


@given(histories())
def test_joined_records_are_the_record_of_all_events(parts: list[list[Row]]) -> None:
    several = joined([Record.of(part) for part in parts], "7")
    whole = Record.of([row for part in parts for row in part])
    assert several.number("time").tolist() == whole.number("time").tolist()
    for column in ("event_id", "source", "kind", "channel", "item_id"):
        at = np.arange(len(whole.number("time")))
        assert several.texts(column, at) == whole.texts(column, at)
    for column in ("value", "order_line"):
        assert several.number(column).tolist() == whole.number(column).tolist()
    assert several.traits == whole.traits


def test_what_the_first_says_counts_and_the_others_fill_what_it_leaves_out() -> None:
    first = Record.of([], {"age": "30", "city": None}, [Snapshot(5, {"tier": "gold"})])
    second = Record.of([], {"age": "20", "city": "Umeå", "plan": "b"}, [Snapshot(3, {"tier": "new"})])
    both = joined([first, second], "7")
    assert both.attributes == {"age": "30", "city": "Umeå", "plan": "b"}
    assert [snapshot.time for snapshot in both.snapshots] == [3, 5]
