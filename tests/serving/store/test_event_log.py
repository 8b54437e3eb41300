from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from features.ingest.sources.watermark import LogWatermark
from serving.store.engine import meta
from serving.store.event_log import append_events, log_frame
from serving.store.records import record_of
from tests.serving.store.visits import append, ids, visit


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
    broken = [visit("m", 1), visit("m\x1f0002", 1) | {"kind": None}]
    with pytest.raises(sa.exc.IntegrityError):
        append_events(store, [[visit("a", 1)], broken], received_at=9)
    assert times(store) == {}
    assert append(store, [visit("a", 1), visit("m", 2)]) == {"a", "m"}


def test_a_message_is_kept_whole_or_not_at_all(store: Engine) -> None:
    order = [visit("m", 1), visit("m\x1f0002", 1)]
    assert append_events(store, [order, [visit("n", 2)]], received_at=9) == {"m", "n"}
    longer = [*order, visit("m\x1f0003", 1)]
    assert append_events(store, [longer, [visit("o", 3)], [visit("o", 3), visit("o\x1f0002", 3)]], received_at=9) == {
        "o"
    }
    assert log_frame(store)[0]["event_id"].sort().to_list() == ["m", "m\x1f0002", "n", "o"]


def test_the_log_is_a_source_of_canonical_events(store: Engine) -> None:
    log = meta(store)["log"]
    frame, mark = log_frame(store)
    assert (frame.height, mark) == (0, LogWatermark(log, 0))
    append(store, [visit("a", 1), visit("b", 2, customer=None)])
    frame, mark = log_frame(store)
    assert frame.select("event_id", "fragment", "time", "value").rows() == [
        ("a", "1", 1, None),
        ("b", "anonymous_id:anon", 2, None),
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
