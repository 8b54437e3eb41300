"""A record moved on by more events: each is put where it belongs in time."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt

from features.evaluate.online.record import NONE, Record, integer
from features.evaluate.online.traits import traits_of
from features.events.columns import NUMBERS, TEXTS

Number = TypeVar("Number", np.int64, np.int32)
Event = Mapping[str, object]


def append(record: Record, events: Iterable[Event]) -> Record:
    """The record with more canonical events; one whose ``event_id`` it has already changes nothing.

    >>> visit, order = {"event_id": "a", "time": 1, "kind": "visit"}, {"event_id": "b", "time": 2, "kind": "order"}
    >>> append(Record.of([order]), [visit]).number("time").tolist()
    [1, 2]
    """
    for event in events:
        if event["event_id"] not in record.words.get("event_id", ()):
            record = _with_event(record, event)
    return record


def _with_event(record: Record, event: Event) -> Record:
    wide = _with_columns_of(record, event)
    at = _position(wide, cast(int, event["time"]), cast(str, event["event_id"]))
    words, codes = _encode(wide.words, event)
    column = np.array([integer(c, event.get(c)) for c in wide.number_columns], dtype=np.int64)
    column[1] = 1 if event["kind"] == "order" else NONE
    numbers = _insert(wide.numbers, column, at)
    text_codes = _insert(wide.text_codes, np.array(codes, dtype=np.int32), at)
    longer = Record(wide.number_columns, numbers, words, text_codes, wide.attributes, wide.traits)
    if column[1] == 1 and event.get("order_id") is not None:
        lines = (longer.codes("order_id") == longer.codes("order_id")[at]) & longer.equals("kind", "order")
        numbers[1, lines] = np.arange(1, np.count_nonzero(lines) + 1)
    return _with_traits_of(longer, event) if event["kind"] == "identify" else longer


def _with_traits_of(record: Record, event: Event) -> Record:
    new, traits = traits_of(event), list(record.traits)
    if new is None:
        return record
    insort(traits, new, key=lambda item: (item.time, item.event_id))
    return replace(record, traits=tuple(traits))


def _with_columns_of(record: Record, event: Event) -> Record:
    """The record with a column, still empty, for each that the event fills."""
    numbers = tuple(c for c in NUMBERS if c not in record.number_columns and event.get(c) is not None)
    texts = [c for c in TEXTS if c not in record.words and event.get(c) is not None]
    if not numbers and not texts:
        return record
    count = record.numbers.shape[1]
    return replace(
        record,
        number_columns=(*record.number_columns, *numbers),
        numbers=np.vstack([record.numbers, np.full((len(numbers), count), NONE)]),
        words={**record.words, **{c: [] for c in texts}},
        text_codes=np.vstack([record.text_codes, np.full((len(texts), count), -1, dtype=np.int32)]),
    )


def _position(record: Record, time: int, event_id: str) -> int:
    """The place at which an event keeps the order ``(time, event_id)``."""
    times = record.numbers[0]
    at = int(times.searchsorted(time, side="right"))
    if at and times[at - 1] == time:
        codes, ids = record.codes("event_id"), record.words["event_id"]
        while at and times[at - 1] == time and ids[codes[at - 1]] > event_id:
            at -= 1
    return at


def _encode(words: Mapping[str, list[str]], event: Event) -> tuple[dict[str, list[str]], list[int]]:
    """The words together with those of a new event, and the event's code in each column."""
    longer, codes = dict(words), []
    for column, column_words in words.items():
        value = cast("str | None", event.get(column))
        if value is None:
            codes.append(-1)
        elif column != "event_id" and value in column_words:
            codes.append(column_words.index(value))
        else:
            codes.append(len(column_words))
            longer[column] = [*column_words, value]
    return longer, codes


def _insert(rows: npt.NDArray[Number], column: npt.NDArray[Number], at: int) -> npt.NDArray[Number]:
    out = np.empty((rows.shape[0], rows.shape[1] + 1), dtype=rows.dtype)
    out[:, :at], out[:, at], out[:, at + 1 :] = rows[:, :at], column, rows[:, at:]
    return out
