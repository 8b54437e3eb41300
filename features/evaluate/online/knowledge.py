"""A record as it was known at a moment."""

from __future__ import annotations

from dataclasses import replace

from features.evaluate.online.record import Record


def known_by(record: Record, as_of: int) -> Record:
    """The record without the events that had happened by a moment (µs) and became known after it.

    The lines of their orders are numbered as if there were no others.

    >>> late = {"event_id": "a", "time": 1, "kind": "visit", "known_at": 9}
    >>> [known_by(Record.of([late]), as_of).number("time").tolist() for as_of in (8, 9)]
    [[], [1]]
    """
    if "known_at" not in record.number_columns:
        return record
    known = (record.number("known_at") <= as_of) | (record.number("time") > as_of)
    if known.all():
        return record
    traits = tuple(each for each in record.traits if each.known_at <= as_of)
    fewer = replace(record, numbers=record.numbers[:, known], text_codes=record.text_codes[:, known], traits=traits)
    return fewer.with_order_lines()
