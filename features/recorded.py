"""A record's columns as arrays: what its events hold, and what follows from that."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import cast

import numpy as np

from features.cells import NEAR
from features.columns import EVERY, GAP, TEXTS, Arithmetic, Column, plain
from features.formulas import Ints
from features.language import Condition
from features.record import NONE, Mask, Record
from features.units import MINUTE

Recipe = tuple[Callable[..., Arithmetic], list[int], Ints]


def read(record: Record, names: tuple[str, ...], count: int) -> tuple[Ints, Mask]:
    """``[name, event]``: columns of the first so many events, 0 where there is nothing; and where there is something.

    Of texts they are numbers, equal ones for equal texts.
    """
    sources, alike = _recipe(names)
    raw = np.array([_source(record, source, count) for source in sources])
    there = raw != NONE
    held = np.where(there, raw, 0)
    values, known = np.empty((len(names), count), dtype=np.int64), np.empty((len(names), count), dtype=np.bool_)
    for compute, at, rows in alike:
        told = there[rows[0]] if len(rows) == 1 else there[rows[0]] & there[rows[1]]
        values[at] = cast(Ints, compute(*(held[row] for row in rows))) * told
        known[at] = told
    return values, known


@cache
def _recipe(names: tuple[str, ...]) -> tuple[tuple[str, ...], list[Recipe]]:
    """What columns are made from; and, of those that are made alike, their places and those of their sources."""
    columns = [EVERY.get(name) or Column((name,), plain) for name in names]
    sources = tuple(sorted({source for column in columns for source in column.sources}))
    alike: dict[Callable[..., Arithmetic], list[int]] = {}
    for at, column in enumerate(columns):
        alike.setdefault(column.compute, []).append(at)
    rows = [np.array([[sources.index(s) for s in columns[i].sources] for i in at]).T for at in alike.values()]
    return sources, [(*one, each) for one, each in zip(alike.items(), rows, strict=True)]


def _source(record: Record, name: str, count: int) -> Ints:
    if name == GAP:
        return _gaps(record, count)
    if name in TEXTS:
        codes = record.codes(name)[:count].astype(np.int64)
        codes[codes < 0] = NONE
        return codes
    return record.number(name)[:count]


def _gaps(record: Record, count: int) -> Ints:
    """Minutes since the event of the same kind before; lines of one order are one event."""
    line, time = record.number("order_line")[:count], record.numbers[0]
    opening = ((line == 1) | (line == NONE)).nonzero()[0]
    kind = record.codes("kind")[opening]
    order = kind.argsort(kind="stable")
    at, codes = opening[order], kind[order]
    same = codes[1:] == codes[:-1]
    gaps = np.full(count, NONE)
    gaps[at[1:][same]] = (time[at[1:]] - time[at[:-1]])[same] // MINUTE
    return gaps


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
