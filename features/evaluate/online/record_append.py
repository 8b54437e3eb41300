"""A record moved on by more events: they are put where they belong in time, all at once."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from features.arrays import Ints
from features.evaluate.online.record import NONE, RECORD_NUMBERS, RECORD_TEXTS, Record, integer
from features.evaluate.online.traits import traits_of
from features.events.columns import EVENT_ORDER, order_of
from features.events.kinds import ANSWERS, QUESTIONS
from features.events.statements.statement import with_own_words

Number = TypeVar("Number", np.int64, np.int32)
Event = Mapping[str, Any]


def append(record: Record, events: Iterable[Event]) -> Record:
    """The record with more canonical events; one that it has already, by its source and id, changes nothing.

    >>> visit, order = {"event_id": "a", "time": 1, "kind": "visit"}, {"event_id": "b", "time": 2, "kind": "order"}
    >>> append(Record.of([order]), [visit]).number("time").tolist()
    [1, 2]
    """
    new = [with_own_words(event) for event in _unknown(record, events)]
    if not new:
        return record
    wide = _with_columns_of(record, new)
    words, codes = _encode(wide.words, new)  # in the order in which they came, as each alone would be
    names = [order_of(event) for event in new]
    by_time = sorted(range(len(new)), key=names.__getitem__)
    events, at = [new[i] for i in by_time], _places(wide, [names[i] for i in by_time])
    longer = replace(
        wide,
        numbers=_insert(wide.numbers, _numbers(wide.number_columns, events), at),
        words=words,
        text_codes=_insert(wide.text_codes, codes[:, by_time], at),
    )
    ordered = [i for i, event in enumerate(events) if event["kind"] == "order" and event.get("order_id") is not None]
    if ordered:
        longer = longer.with_order_lines(at[ordered])
    if any(event["kind"] in (*QUESTIONS, *ANSWERS) for event in new):
        longer = longer.with_answers_after()
    return _with_traits_of(longer, new)


def _unknown(record: Record, events: Iterable[Event]) -> list[Event]:
    """The events that the record has not, each once."""
    known, unknown = set(record.words.get("event_id", ())), dict[tuple[str, str], Event]()
    for event in events:
        _, event_id, source = order_of(event)
        if event_id not in known or not _holds(record, event_id, source):
            unknown.setdefault((event_id, source), event)
    return list(unknown.values())


def _holds(record: Record, event_id: str, source: str) -> bool:
    """Whether the record has an event of this source and id."""
    return source in record.texts("source", np.flatnonzero(record.equals("event_id", event_id)))


def _with_traits_of(record: Record, events: Sequence[Event]) -> Record:
    new = [traits for event in events if (traits := traits_of(event)) is not None]
    return replace(record, traits=tuple(sorted((*record.traits, *new), key=lambda one: one[:3]))) if new else record


def _with_columns_of(record: Record, events: Sequence[Event]) -> Record:
    """The record with a column, still empty, for each that the events fill."""
    filled = {name for event in events for name, value in event.items() if value is not None}
    numbers = tuple(c for c in RECORD_NUMBERS if c in filled and c not in record.number_columns)
    texts = [c for c in RECORD_TEXTS if c in filled and c not in record.words]
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


def _places(record: Record, names: Sequence[tuple[int, str, str]]) -> Ints:
    """The places that events, in the order of events, have among themselves and those of the record."""
    times = [time for time, *_ in names]
    first, end = (record.numbers[0].searchsorted(times, side) for side in ("left", "right"))
    for i in np.flatnonzero(first < end).tolist():
        there = np.arange(first[i], end[i])
        at_once = zip(*(record.texts(column, there) for column in EVENT_ORDER[1:]), strict=True)
        first[i] += bisect(list(at_once), names[i][1:])
    return cast(Ints, first + np.arange(len(names)))


def _numbers(columns: Sequence[str], events: Sequence[Event]) -> Ints:
    """``[number column, event]``: each order is a line, which is numbered later."""
    numbers = np.array([[integer(column, event.get(column)) for event in events] for column in columns], dtype=np.int64)
    numbers[1] = [1 if event["kind"] == "order" else NONE for event in events]
    return numbers


def _encode(
    words: Mapping[str, list[str]], events: Sequence[Event]
) -> tuple[dict[str, list[str]], npt.NDArray[np.int32]]:
    """The words together with those of new events, and ``[text column, event]`` the events' codes."""
    longer, codes = dict[str, list[str]](), np.full((len(words), len(events)), -1, dtype=np.int32)
    for row, (column, known) in zip(codes, words.items(), strict=True):
        texts = [event.get(column) for event in events]
        longer[column] = known
        if texts.count(None) < len(texts):
            places = {word: place for place, word in enumerate(known)}
            row[:] = [-1 if text is None else places.setdefault(text, len(places)) for text in texts]
            longer[column] = list(places)
    return longer, codes


def _insert(rows: npt.NDArray[Number], columns: npt.NDArray[Number], at: Ints) -> npt.NDArray[Number]:
    """``[row, place]``: columns at their places, and all others in their order between them."""
    out = np.empty((rows.shape[0], rows.shape[1] + len(at)), dtype=rows.dtype)
    others = np.ones(out.shape[1], dtype=np.bool_)
    others[at] = False
    out[:, at], out[:, others] = columns, rows
    return out
