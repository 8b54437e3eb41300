"""Waits of tickets and failures of orders, by hand."""

from __future__ import annotations

import polars as pl
import pytest

from features.units import DAY
from insights.worth.happenings import MOST_DAYS, failures, waits

SCHEMA = {"customer": pl.Int64, "time": pl.Int64, "kind": pl.String, "ticket_id": pl.String, "order_id": pl.String}


def frame(*rows: tuple[int, float, str, str | None, str | None]) -> pl.LazyFrame:
    return pl.LazyFrame([(who, int(day * DAY), *rest) for who, day, *rest in rows], SCHEMA, orient="row")


def test_a_wait_is_from_the_first_opening_to_the_first_answer_after_it() -> None:
    events = frame(
        (1, -1, "support_answered", "a", None),  # before it was opened
        (1, 0, "support", "a", None), (1, 1, "support", "a", None), (1, 2, "support_answered", "a", None),
        (1, 3, "support_answered", "a", None), (2, 5, "support", "a", None),  # another customer's ticket of that name
        (3, 30, "support", "b", None), (4, 1, "support", None, None), (5, 0, "support", "c", None),
        (5, 40, "support_answered", "c", None),
    )  # fmt: skip
    ((kind, rows),) = waits(events, as_of=40 * DAY)
    assert kind == "support_answered"  # nothing was ever resolved
    # Two waited in vain for 35 days, three for ten so far: of the latter it is not known.
    assert rows.rows() == [(1, 0, 2.0), (5, 0, MOST_DAYS), (2, 5 * DAY, MOST_DAYS)]


@pytest.mark.parametrize("kind", ["delivery_late", "delivery_failed", "cancel"])
def test_a_failure_befalls_an_order_once(kind: str) -> None:
    events = frame(
        (1, 0, "order", None, "o"), (1, 0, "order", None, "o"), (1, 1, kind, None, "o"), (1, 2, kind, None, "o"),
        (2, 3, "order", None, "p"), (3, 3, kind, None, "p"), (4, 4, "order", None, None),
    )  # fmt: skip
    assert [(name, rows.rows()) for name, rows in failures(events)] == [(kind, [(1, 0, 1.0), (2, 3 * DAY, 0.0)])]


def test_without_failures_or_answers_nothing_is_told() -> None:
    events = frame((1, 0, "order", None, "o"), (1, 0, "support", "a", None))
    assert list(failures(events)) == []
    assert list(waits(events, as_of=99 * DAY)) == []
