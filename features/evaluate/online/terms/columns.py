"""The columns of a record as integer arrays: what its events hold, and what is computed from that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple, cast

import numpy as np

from features.arrays import Ints, Mask
from features.evaluate.online.record import NONE, Record
from features.events.columns import TEXTS
from features.events.computed_columns import ALL_COLUMNS, GAP, NET, OF_ANY_EVENT, ComputedColumn, identity
from features.events.kinds import RETURNS
from features.events.local_time import LOCAL, clock_of
from features.events.squares import IntegerColumn, square_high, square_low, squared
from features.language.terms import Condition
from features.units import MINUTE

Place = int | Ints


class Recipe(NamedTuple):
    """How columns of one kind are computed: the function, the places of the columns and those of their sources.

    ``zero_is_empty``: an empty source, read as 0, gives 0 by itself, so that no mask is needed.
    """

    compute: Callable[..., IntegerColumn]
    columns: Place
    sources: tuple[Place, ...]
    zero_is_empty: bool


def read_columns(record: Record, names: tuple[str, ...], count: int, timezone: str = "UTC") -> tuple[Ints, Mask]:
    """``[column, event]`` int64, 0 where empty, and ``[source, event]``: where a source of :func:`recipes` is filled.

    The first ``count`` events are read, local times by the clock of a time zone. Texts are numbers here, equal ones for
    equal texts.
    """
    sources, every_recipe = recipes(names)
    raw = np.array([_source(record, source, count, timezone) for source in sources], dtype=np.int64)
    raw = raw.reshape(len(sources), count)
    filled = raw != NONE
    zeroed = np.where(filled, raw, 0)
    values = np.empty((len(names), count), dtype=np.int64)
    for compute, at, rows, zero_is_empty in every_recipe:
        computed = cast(Ints, compute(*(zeroed[row] for row in rows)))
        values[at] = computed if zero_is_empty else computed * filled[rows[0]]
    return values, filled


@cache
def recipes(names: tuple[str, ...]) -> tuple[tuple[str, ...], list[Recipe]]:
    """The sources of columns, and a recipe for all columns that are computed by one function."""
    columns = [ALL_COLUMNS.get(name) or ComputedColumn((name,), identity) for name in names]
    sources = tuple(sorted({source for column in columns for source in column.sources}))
    groups: dict[tuple[Callable[..., IntegerColumn], bool], list[int]] = {}
    for i, column in enumerate(columns):
        zero_is_empty = column.compute in (identity, squared, square_high, square_low) or column.sources in OF_ANY_EVENT
        groups.setdefault((column.compute, zero_is_empty), []).append(i)
    every_recipe = []
    for (compute, zero_is_empty), at in groups.items():
        rows = zip(*([sources.index(source) for source in columns[i].sources] for i in at), strict=True)
        every_recipe.append(Recipe(compute, _place(at), tuple(_place(row) for row in rows), zero_is_empty))
    return sources, every_recipe


def _place(at: Sequence[int]) -> Place:
    """Places in an array; a single one as a number, which is faster."""
    return at[0] if len(at) == 1 else np.array(at)


def _source(record: Record, name: str, count: int, timezone: str) -> Ints:
    if name == LOCAL:
        return clock_of(timezone).local(record.numbers[0, :count])
    if name == GAP:
        return _gaps(record, count)
    if name == NET:
        return _net_values(record, count)
    if name in TEXTS:
        codes = record.codes(name)[:count].astype(np.int64)
        codes[codes < 0] = NONE
        return codes
    return record.number(name)[:count]


def _gaps(record: Record, count: int) -> Ints:
    """``[event]``: minutes since the previous event of the same kind; the lines of one order are one event."""
    line, time = record.number("order_line")[:count], record.numbers[0]
    opening = ((line == 1) | (line == NONE)).nonzero()[0]
    kind = record.codes("kind")[opening]
    order = kind.argsort(kind="stable")
    at, codes = opening[order], kind[order]
    same = codes[1:] == codes[:-1]
    gaps = np.full(count, NONE)
    gaps[at[1:][same]] = (time[at[1:]] - time[at[:-1]])[same] // MINUTE
    return gaps


def _net_values(record: Record, count: int) -> Ints:
    """``[event]``: the value, negative where it comes off the orders; minus ``NONE`` is ``NONE``."""
    value, kinds = record.number("value")[:count], record.words.get("kind", ())
    sign = np.array([-1 if kind in RETURNS else 1 for kind in kinds], dtype=np.int64)
    return value * sign[record.codes("kind")[:count]]


def meets(record: Record, condition: Condition, count: int) -> Mask:
    """``[event]``: which of the first ``count`` events meet a condition."""
    if condition.column not in TEXTS:
        values = record.number(condition.column)[:count]
        within: Mask = (values != NONE) & (condition.low <= values) & (values < condition.high)
        return within
    words = record.words.get(condition.column, [])
    word_meets = np.array([(word in condition.values) != condition.negated for word in words] + [False])
    mask: Mask = word_meets[record.codes(condition.column)[:count]]  # −1, for none, is the last
    return mask
