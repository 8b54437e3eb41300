"""A record's columns as arrays: what its events hold, and what follows from that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import cast

import numpy as np

from features.cells import NEAR
from features.columns import EVERY, TEXTS, Arithmetic
from features.formulas import Ints
from features.language import Condition
from features.record import NONE, Mask, Record

Recipe = tuple[Callable[..., Arithmetic], list[str], Ints]
Known = Mapping[str, tuple[Ints, Mask]]  # a column's values, and where there are any


def integers(record: Record, names: tuple[str, ...], count: int) -> Known:
    """Columns of the first so many events: their values, 0 where there is none, and where there is one."""
    sources, alike = _recipe(names)
    raw = np.array([_before(record, count) if s == "before" else record.number(s)[:count] for s in sources])
    there = raw != NONE
    held = np.where(there, raw, 0)
    known: dict[str, tuple[Ints, Mask]] = {}
    for compute, made, rows in alike:
        told = there[rows[0]] if len(rows) == 1 else there[rows[0]] & there[rows[1]]
        values = np.multiply(cast(Ints, compute(*(held[row] for row in rows))), told, dtype=np.int64)
        known.update(zip(made, zip(values, told, strict=True), strict=True))
    return known


@cache
def _recipe(names: tuple[str, ...]) -> tuple[tuple[str, ...], list[Recipe]]:
    """What columns are made from; and those that are made alike, with the places of their first and second sources."""
    sources = tuple(sorted({source for name in names for source in EVERY[name].sources}))
    alike: dict[Callable[..., Arithmetic], list[str]] = {}
    for name in names:
        alike.setdefault(EVERY[name].compute, []).append(name)
    places = {
        compute: np.array([[sources.index(s) for s in EVERY[name].sources] for name in made]).T
        for compute, made in alike.items()
    }
    return sources, [(compute, made, places[compute]) for compute, made in alike.items()]


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


def counted(record: Record, known: Known, parts: Sequence[tuple[str, Ints]]) -> tuple[Ints, Ints]:
    """Different values of columns at some events each, the parts laid one after the other.

    How many of all before each place were the last with their value in their part; and where each part begins.
    """
    columns = [known[column] if column in EVERY else _texts(record, column) for column, _ in parts]
    values = np.concatenate([values[events] for (values, _), (_, events) in zip(columns, parts, strict=True)])
    there = np.concatenate([there[events] for (_, there), (_, events) in zip(columns, parts, strict=True)])
    lengths = np.array([len(events) for _, events in parts])
    running = np.zeros(len(values) + 1, dtype=np.int64)
    last_of(np.repeat(np.arange(len(parts)), lengths), values, there).cumsum(out=running[1:])
    return running, lengths.cumsum() - lengths


def _texts(record: Record, column: str) -> tuple[Ints, Mask]:
    """A text column as numbers, equal ones for equal texts, and where there is a text."""
    codes = record.codes(column).astype(np.int64)
    return codes, codes >= 0


def last_of(part: Ints, values: Ints, there: Mask) -> Mask:
    """Which values are the last of their kind in their part; none where there is none.

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
    if size * (int(part[-1]) + 1) >= NEAR:
        found = np.unique(found, return_inverse=True)[1]
        size = len(found)
    key = part[at] * size + found
    place = np.empty(int(key.max()) + 1, dtype=np.int64)
    place[key] = at  # of equal ones the last stays
    last[at] = place[key] == at
    return last
