"""What an engine hands over: tables of aggregates, taken apart into the measures they speak of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.formulas import Ints
from features.language import Measure, Op
from features.plan import Plan

Places = npt.NDArray[np.int32]
NEVER_AGAIN = np.iinfo(np.int32).max  # a pane beyond all panes


@dataclass(frozen=True)
class Entries:
    """Values at places of ``[customer, measure, pane]``, a place an entry; joined ones are ordered by customer."""

    customer: Places
    measure: Places
    pane: Places
    value: Ints

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """All entries, ordered by customer."""
        none = np.empty(0, dtype=np.int32)
        customer = np.concatenate([none, *(p.customer for p in parts)])
        order = np.argsort(customer, kind="stable")
        measure = np.concatenate([none, *(p.measure for p in parts)])[order]
        pane = np.concatenate([none, *(p.pane for p in parts)])[order]
        value = np.concatenate([none.astype(np.int64), *(p.value for p in parts)])[order]
        return cls(customer[order], measure, pane, value)

    def of(self, start: int, end: int) -> Self:
        """The entries of some customers, counted from the first of them."""
        a, b = np.searchsorted(self.customer, [start, end])
        return type(self)(self.customer[a:b] - start, self.measure[a:b], self.pane[a:b], self.value[a:b])


def column_of(op: Op, column: str) -> str:
    """What a table calls an aggregate.

    >>> column_of("sum", "value")
    'sum of value'
    """
    return f"{op} of {column}"


def next_pane(table: pa.Table, by: Sequence[str]) -> Ints:
    """For each row the pane in which its customer meets its value next; customers, values and panes as one number."""
    what = np.zeros(len(table), dtype=np.int64)
    for name in ("customer_id", *by, "seen"):
        coded = table[name].combine_chunks().dictionary_encode()
        what = what * (len(coded.dictionary) + 1) + coded.indices.fill_null(len(coded.dictionary)).to_numpy()
    pane = table["pane"].to_numpy()
    panes = int(pane.max(initial=0)) + 1
    order = np.argsort(what * panes + pane)
    again = np.flatnonzero(np.diff(what[order]) == 0)
    later = np.full(len(table), NEVER_AGAIN, dtype=np.int64)
    later[order[again]] = pane[order[again + 1]]
    return later


def entries_of(
    table: pa.Table, by: Sequence[str], measures: Sequence[Measure], plan: Plan, customers: pa.Array
) -> Iterator[tuple[Op, Entries]]:
    """What an aggregation says about each measure."""
    row = pc.index_in(table["customer_id"], value_set=customers).to_numpy()
    pane = table["pane"].to_numpy()
    for op, column in sorted({(m.op, m.column) for m in measures}):
        served = [m for m in measures if (m.op, m.column) == (op, column)]
        place = {m: i for i, m in enumerate(plan.measures(op))}
        measure = _met(table, by, {tuple(dict(m.where)[c] for c in by): place[m] for m in served})
        values = table[column_of(op, column)]
        told = (measure >= 0) & values.is_valid().to_numpy()
        customer, which, where = (of[told].astype(np.int32) for of in (row, measure, pane))
        yield op, Entries(customer, which, where, values.filter(pa.array(told)).to_numpy())


def _met(table: pa.Table, by: Sequence[str], places: dict[tuple[str, ...], int]) -> Ints:
    """For each row the measure whose condition it meets, −1 for none."""
    code = np.zeros(len(table), dtype=np.int64)
    wanted: dict[tuple[str, ...], int] = {(): 0}
    for i, name in enumerate(by):
        words = sorted({values[i] for values in places})
        found = pc.index_in(table[name], value_set=pa.array(words, table[name].type)).fill_null(len(words)).to_numpy()
        code = code * (len(words) + 1) + found
        wanted = {(*v, w): c * (len(words) + 1) + j for v, c in wanted.items() for j, w in enumerate(words)}
    size = max(int(code.max(initial=0)), *wanted.values()) + 1
    lookup = np.full(size, -1, dtype=np.int64)
    for values, place in places.items():
        lookup[wanted[values]] = place
    return lookup[code]
