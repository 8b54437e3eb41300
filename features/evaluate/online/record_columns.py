"""A record's columns as arrays: what its events hold, and what follows from that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import cast

import numpy as np

from features.arrays import Ints, Mask
from features.evaluate.offline.cells import NEAR
from features.evaluate.online.record import NONE, Record
from features.events.columns import EVERY, GAP, TEXTS, Column, IntegerColumn, plain, square_high, square_low, squared
from features.language.terms import Condition
from features.units import MINUTE

Place = int | Ints
Recipe = tuple[Callable[..., IntegerColumn], Place, tuple[Place, ...], bool]


def read(record: Record, names: tuple[str, ...], count: int) -> tuple[Ints, Mask]:
    """Columns of the first so many events ``[name, event]``, 0 where there is nothing; where their sources are there.

    Of texts they are numbers, equal ones for equal texts. The second has a row for each source of :func:`recipe`.
    """
    sources, alike = recipe(names)
    raw = np.array([_source(record, source, count) for source in sources], dtype=np.int64).reshape(len(sources), count)
    there = raw != NONE
    held = np.where(there, raw, 0)
    values = np.empty((len(names), count), dtype=np.int64)
    for compute, at, rows, always in alike:
        made = cast(Ints, compute(*(held[row] for row in rows)))
        values[at] = made if always else made * there[rows[0]]
    return values, there


@cache
def recipe(names: tuple[str, ...]) -> tuple[tuple[str, ...], list[Recipe]]:
    """What columns are made from; and, of those that are made alike, their places and those of their sources.

    And whether they are always right: where 0 in place of nothing makes 0, or there is never nothing.
    """
    columns = [EVERY.get(name) or Column((name,), plain) for name in names]
    sources = tuple(sorted({source for column in columns for source in column.sources}))
    alike: dict[tuple[Callable[..., IntegerColumn], bool], list[int]] = {}
    for i, column in enumerate(columns):
        always = column.compute in (plain, squared, square_high, square_low) or column.sources == ("time",)
        alike.setdefault((column.compute, always), []).append(i)
    recipes = []
    for (compute, always), at in alike.items():
        rows = zip(*([sources.index(source) for source in columns[i].sources] for i in at), strict=True)
        recipes.append((compute, _place(at), tuple(_place(row) for row in rows), always))
    return sources, recipes


def _place(at: Sequence[int]) -> Place:
    """Places in an array: one as it is, which is faster."""
    return at[0] if len(at) == 1 else np.array(at)


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
    among = np.array([(word in condition.values) != condition.negated for word in words] + [False])
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
