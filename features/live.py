"""The evaluator over one customer's record: the same features as over frames, in microseconds instead of seconds.

The events that meet a condition are laid one after the other, condition by condition, in the order of time. A span of a
condition is then a range of that row: its sum is a difference of running sums, its last value lies at its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np

from features.cells import EMPTY, NEAR
from features.columns import EVERY, TEXTS, Column
from features.formulas import UNBORN, Floats, Ints
from features.language import Condition, Op, Term, Where
from features.plan import Plan, edges, finish
from features.record import NONE, Mask, Record
from features.scans import asked

Case = tuple[Where, str]  # conditions, and a column that must be known
Known = Mapping[str, tuple[Ints, Mask]]  # a column's values, and where there are any


@dataclass(frozen=True)
class Spans:
    """Terms of one kind: their places among all, and a row each of the case, the column, where they start and end."""

    at: Ints
    case: Ints
    column: Ints
    start: Ints
    end: Ints


@dataclass(frozen=True)
class Live:
    """A plan made ready for single records: each condition and each column is looked at once, whatever reads it."""

    plan: Plan

    def vector(self, record: Record, *, as_of: int) -> Floats:
        """The feature values at ``as_of``, equal to the frame's row."""
        terms = self._terms(record, as_of).reshape(-1, 1)
        vector: Floats = finish(self.plan, terms, self.plan.codes(record.attributes), as_of=as_of)[:, 0]
        return vector

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """Every condition once, and apart where only known values count."""
        return tuple(sorted({_case(t) for t in self.plan.terms}))

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Every integer column that is aggregated other than by counting its different values."""
        return tuple(sorted({t.measure.column for t in self.plan.terms if t.measure.op != "distinct"}))

    @cached_property
    def different(self) -> tuple[tuple[int, str], ...]:
        """The case and the column of each count of different values."""
        found = {(self.cases.index(_case(t)), t.measure.column) for t in self.plan.terms if t.measure.op == "distinct"}
        return tuple(sorted(found))

    @cached_property
    def spans(self) -> dict[Op, Spans]:
        """The terms by what is done."""
        found: dict[Op, list[tuple[int, ...]]] = {}
        for at, term in enumerate(self.plan.terms):
            case, (end, *start) = self.cases.index(_case(term)), (self._edge(o) for o in edges(term))
            op, name = term.measure.op, term.measure.column
            column = self.different.index((case, name)) if op == "distinct" else self.columns.index(name)
            found.setdefault(op, []).append((at, case, column, *(start or [0]), end))
        return {op: Spans(*np.array(rows, dtype=np.int64).T) for op, rows in found.items()}

    def _edge(self, offset: int) -> int:
        """The place of an edge among those of a moment, of which the first is the beginning of time."""
        return 1 + int(np.flatnonzero(self.plan.offsets == offset)[0])

    @cached_property
    def asked(self) -> tuple[tuple[str, list[str], Ints], ...]:
        """Of each column of text that is compared: the values, and for each case which of them it must be, or any."""
        labels = [asked(where) for where, _ in self.cases]
        out = []
        for column in sorted({label for each in labels for label in each if isinstance(label, str)}):
            values = sorted({each[column] for each in labels if column in each})
            places = [values.index(each[column]) if column in each else len(values) for each in labels]
            out.append((column, values, np.array(places, dtype=np.int64)))
        return tuple(out)

    @cached_property
    def tested(self) -> tuple[tuple[Condition, Ints], ...]:
        """Each other condition, and the cases that it holds for."""
        labels = [asked(where) for where, _ in self.cases]
        tests = {label for each in labels for label in each if isinstance(label, Condition)}
        return tuple((test, np.flatnonzero([test in each for each in labels])) for test in sorted(tests))

    @cached_property
    def needed(self) -> tuple[tuple[str, Ints], ...]:
        """Each column that must be known, and the cases that it must be known for."""
        names = sorted({known for _, known in self.cases if known})
        return tuple((name, np.flatnonzero([known == name for _, known in self.cases])) for name in names)

    def _terms(self, record: Record, as_of: int) -> Ints:
        upto = np.zeros(len(self.plan.offsets) + 1, dtype=np.int64)
        upto[1:] = record.numbers[0].searchsorted(as_of - self.plan.offsets, side="right")
        known = integers(record, (*self.columns, *(c for _, c in self.different if c in EVERY)), int(upto[-1]))
        masks = self._masks(record, known, int(upto[-1]))
        counts = np.zeros((masks.shape[0], masks.shape[1] + 1), dtype=np.int64)
        masks.cumsum(axis=1, out=counts[:, 1:])
        starts = counts[:, -1].cumsum() - counts[:, -1]
        edge = counts[:, upto] + starts[:, None]
        event = masks.nonzero()[1]
        values = np.zeros((len(self.columns), len(event) + 1), dtype=np.int64)
        for row, column in zip(values, self.columns, strict=True):
            known[column][0].take(event, out=row[:-1])
        terms = np.empty(len(self.plan.terms), dtype=np.int64)
        for op, spans in self.spans.items():
            start, end = edge[spans.case, spans.start], edge[spans.case, spans.end]
            if op == "sum":
                running = np.zeros_like(values)
                values[:, :-1].cumsum(axis=1, out=running[:, 1:])
                terms[spans.at] = running[spans.column, end] - running[spans.column, start]
            elif op == "distinct":
                last, begin = self._last(record, known, np.split(event, starts[1:]))
                shift = begin[spans.column] - starts[spans.case]
                terms[spans.at] = last[end + shift] - last[start + shift]
            else:
                terms[spans.at] = _end(op, values, spans.column, start, end)
        return terms

    def _masks(self, record: Record, known: Known, count: int) -> Mask:
        """``[case, event]``, each single comparison made once."""
        masks = np.ones((len(self.cases), count), dtype=np.bool_)
        for column, values, places in self.asked:
            codes = {word: code for code, word in enumerate(record.words.get(column, ()))}
            single = np.ones((len(values) + 1, count), dtype=np.bool_)  # the last row: any value
            held = np.array([codes.get(value, -2) for value in values])
            np.equal(held[:, None], record.codes(column)[:count], out=single[:-1])
            masks &= single[places]
        for condition, cases in self.tested:
            masks[cases] &= _met(record, condition)[:count]
        for column, cases in self.needed:
            masks[cases] &= known[column][1]
        return masks

    def _last(self, record: Record, known: Known, events: Sequence[Ints]) -> tuple[Ints, Ints]:
        """Of each case and column that are counted distinctly the events, laid one after the other.

        How many of them up to each were the last with their value; and where each case and column begins.
        """
        last = []
        for case, column in self.different:
            values, there = known[column] if column in EVERY else _coded(record, column)
            last.append(_last_of(values[events[case]], there[events[case]]))
        running = np.zeros(sum(map(len, last)) + 1, dtype=np.int64)
        np.concatenate(last).cumsum(out=running[1:])
        return running, np.cumsum([0, *map(len, last)])


def _case(term: Term) -> Case:
    """What a term's events must meet; those without a value have neither a least one nor a last one."""
    measure = term.measure
    every = measure.op in ("sum", "distinct") or EVERY[measure.column].sources == ("time",)
    return measure.where, "" if every else measure.column


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
    return np.where(there, cast(Ints, column.compute(*values)), 0), there


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


def _met(record: Record, condition: Condition) -> Mask:
    """Which events meet a condition that asks for more than being equal."""
    if condition.column not in TEXTS:
        values = record.number(condition.column)
        within: Mask = (values != NONE) & (condition.low <= values) & (values < condition.high)
        return within
    words = record.words.get(condition.column, [])
    among = np.array([(word in condition.values) != condition.other for word in words] + [False])
    met: Mask = among[record.codes(condition.column)]  # −1, for none, is the last
    return met


def _end(op: Op, values: Ints, column: Ints, start: Ints, end: Ints) -> Ints:
    """The least, greatest, first or last value of each range of its column's row."""
    first, row = column * values.shape[1], values.ravel()
    if op in ("first", "last"):
        found = row[first + (start if op == "first" else end - 1)]
    else:
        bounds = np.stack([first + start, first + end], axis=1).ravel()
        found = (np.minimum if op == "min" else np.maximum).reduceat(row, bounds)[::2]
    return np.where(end > start, found, EMPTY[op])


def _coded(record: Record, column: str) -> tuple[Ints, Mask]:
    codes = record.codes(column).astype(np.int64)
    return codes, codes >= 0


def _last_of(values: Ints, there: Mask) -> Mask:
    """Which values are the last of their kind; none where there is none."""
    last = np.zeros(len(values), dtype=np.bool_)
    at = there.nonzero()[0]
    found = values[at]
    least = int(found.min(initial=UNBORN))
    if (size := int(found.max(initial=least)) - least + 1) < NEAR:
        place = np.full(size, -1)
        place[found - least] = at  # the last of equal ones stays
        last[place[place >= 0]] = True
    else:
        _, first = np.unique(found[::-1], return_index=True)
        last[at[len(at) - 1 - first]] = True
    return last
