"""A record moved on by more events: each is put where it belongs in time."""

from __future__ import annotations

from bisect import bisect, insort
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt

from features.evaluate.online.record import NONE, RECORD_NUMBERS, RECORD_TEXTS, Record, integer
from features.evaluate.online.traits import traits_of
from features.events.columns import EVENT_ORDER, order_of
from features.events.kinds import ANSWERS, QUESTIONS
from features.events.statements.statement import with_own_words

Number = TypeVar("Number", np.int64, np.int32)
Event = Mapping[str, object]


def append(record: Record, events: Iterable[Event]) -> Record:
    """The record with more canonical events; one that it has already, by its source and id, changes nothing.

    >>> visit, order = {"event_id": "a", "time": 1, "kind": "visit"}, {"event_id": "b", "time": 2, "kind": "order"}
    >>> append(Record.of([order]), [visit]).number("time").tolist()
    [1, 2]
    """
    for event in events:
        if not _holds(record, event):
            record = _with_event(record, with_own_words(event))
    return record


def _holds(record: Record, event: Event) -> bool:
    """Whether the record has an event of this source and id."""
    _, event_id, source = order_of(event)
    if event_id not in record.words.get("event_id", ()):
        return False
    same_id = np.flatnonzero(record.equals("event_id", event_id))
    return source in record.texts("source", same_id)


def _with_event(record: Record, event: Event) -> Record:
    wide = _with_columns_of(record, event)
    at = _position(wide, event)
    words, codes = _encode(wide.words, event)
    column = np.array([integer(c, event.get(c)) for c in wide.number_columns], dtype=np.int64)
    column[1] = 1 if event["kind"] == "order" else NONE
    numbers = _insert(wide.numbers, column, at)
    text_codes = _insert(wide.text_codes, np.array(codes, dtype=np.int32), at)
    longer = replace(wide, numbers=numbers, words=words, text_codes=text_codes)
    if column[1] == 1 and event.get("order_id") is not None:
        lines = longer.equals("kind", "order")
        for of_order in ("order_id", "source"):
            lines &= longer.codes(of_order) == longer.codes(of_order)[at]
        numbers[1, lines] = np.arange(1, np.count_nonzero(lines) + 1)
    if event["kind"] in (*QUESTIONS, *ANSWERS):
        return longer.with_answers_after()
    return _with_traits_of(longer, event) if event["kind"] == "identify" else longer


def _with_traits_of(record: Record, event: Event) -> Record:
    new, traits = traits_of(event), list(record.traits)
    if new is None:
        return record
    insort(traits, new, key=lambda item: item[:3])
    return replace(record, traits=tuple(traits))


def _with_columns_of(record: Record, event: Event) -> Record:
    """The record with a column, still empty, for each that the event fills."""
    numbers = tuple(c for c in RECORD_NUMBERS if c not in record.number_columns and event.get(c) is not None)
    texts = [c for c in RECORD_TEXTS if c not in record.words and event.get(c) is not None]
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


def _position(record: Record, event: Event) -> int:
    """The place at which an event keeps the order of events."""
    time, *name = order_of(event)
    start, end = record.numbers[0].searchsorted([time, time + 1])
    if start == end:
        return int(start)
    at_once = zip(*(record.texts(column, np.arange(start, end)) for column in EVENT_ORDER[1:]), strict=True)
    return int(start) + bisect(list(at_once), tuple(name))


def _encode(words: Mapping[str, list[str]], event: Event) -> tuple[dict[str, list[str]], list[int]]:
    """The words together with those of a new event, and the event's code in each column."""
    longer, codes = dict(words), []
    for column, column_words in words.items():
        value = cast("str | None", event.get(column))
        if value is None:
            codes.append(-1)
        elif value in column_words:
            codes.append(column_words.index(value))
        else:
            codes.append(len(column_words))
            longer[column] = [*column_words, value]
    return longer, codes


def _insert(rows: npt.NDArray[Number], column: npt.NDArray[Number], at: int) -> npt.NDArray[Number]:
    out = np.empty((rows.shape[0], rows.shape[1] + 1), dtype=rows.dtype)
    out[:, :at], out[:, at], out[:, at + 1 :] = rows[:, :at], column, rows[:, at:]
    return out
