"""A record's columns as arrays: what its events hold, and what follows from that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

import numpy as np

from features.cells import NEAR
from features.columns import EVERY, TEXTS, Column
from features.formulas import Ints
from features.language import Condition
from features.record import NONE, Mask, Record

Known = Mapping[str, tuple[Ints, Mask]]  # a column's values, and where there are any


def integers(record: Record, names: Iterable[str], count: int) -> Known:
    """Columns of the first so many events: their values, 0 where there is none, and where there is one."""
    held: dict[str, tuple[Ints, Mask]] = {}
    for source in {source for name in names for source in EVERY[name].sources}:
        values = _before(record, count) if source == "before" else record.number(source)[:count]
        known = values != NONE
        held[source] = np.where(known, values, 0), known
    return {name: _computed(EVERY[name], held) for name in names}


def _computed(column: Column, held: Known) -> tuple[Ints, Mask]:
    values, known = zip(*(held[source] for source in column.sources), strict=True)
    there = known[0] & known[1] if len(known) > 1 else known[0]
    return np.multiply(cast(Ints, column.compute(*values)), there, dtype=np.int64), there


def _before(record: Record, count: int) -> Ints:
    """The time of the event of the same kind before; lines of one order are one event."""
    line = record.number("order_line")[:count]
    opening = ((line == 1) | (line == NONE)).nonzero()[0]
    kind = record.codes("kind")[opening]
    order = kind.argsort(kind="stable")
    at, same = opening[order], np.diff(kind[order]) == 0
    before = np.full(count, NONE)
    before[at[1:][same]] = record.numbers[0][at[:-1][same]]
    return before


def met(record: Record, condition: Condition) -> Mask:
    """Which events meet a condition that asks for more than being equal."""
    if condition.column not in TEXTS:
        values = record.number(condition.column)
        within: Mask = (values != NONE) & (condition.low <= values) & (values < condition.high)
        return within
    words = record.words.get(condition.column, [])
    among = np.array([(word in condition.values) != condition.other for word in words] + [False])
    met: Mask = among[record.codes(condition.column)]  # −1, for none, is the last
    return met


def texts(record: Record, column: str) -> tuple[Ints, Mask]:
    """A text column as numbers, equal ones for equal texts, and where there is a text."""
    codes = record.codes(column).astype(np.int64)
    return codes, codes >= 0


def last_of(case: Ints, values: Ints, there: Mask) -> Mask:
    """Which values are the last of their kind in their case; none where there is none.

    >>> zeros, yes = np.zeros(4, dtype=np.int64), np.ones(4, dtype=np.bool_)
    >>> last_of(zeros, np.array([7, 8, 7, 9]), yes)
    array([False,  True,  True,  True])
    """
    last, at = np.zeros(len(values), dtype=np.bool_), there.nonzero()[0]
    if not len(at):
        return last
    found = values[at]
    found -= found.min()
    size = int(found.max()) + 1
    if size * (int(case[-1]) + 1) >= NEAR:
        found = np.unique(found, return_inverse=True)[1]
        size = len(found)
    key = case[at] * size + found
    place = np.empty(int(key.max()) + 1, dtype=np.int64)
    place[key] = at  # of equal ones the last stays
    last[at] = place[key] == at
    return last
