"""The evaluator over one customer's record: the same features as over frames, in microseconds instead of seconds.

The events that meet a condition are laid one after the other, condition by condition, in the order of time. A span of a
condition is then a range of that row: its sum is a difference of running sums, its last value lies at its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features.cells import EMPTY
from features.columns import EVERY
from features.formulas import Floats, Ints
from features.language import Condition, Op, Term, Where
from features.plan import Plan, edges, finish
from features.record import Mask, Record
from features.recorded import Known, counted, integers, met
from features.scans import asked

Case = tuple[Where, str]  # conditions, and a column that must be known


@dataclass(frozen=True)
class Spans:
    """Terms of one kind: their places among all, and which column, or pair of ``different``, each looks at."""

    at: Ints
    row: Ints


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
    def integers(self) -> tuple[str, ...]:
        """Every integer column that is read."""
        return tuple(sorted({*self.columns, *(column for _, column in self.different if column in EVERY)}))

    @cached_property
    def bounds(self) -> tuple[Ints, Ints]:
        """``[start and end, term]``: the case of each term, and the edges of its span; see :meth:`_edge`."""
        cases = [self.cases.index(_case(term)) for term in self.plan.terms]
        lie = [[self._edge(offset) for offset in edges(term)] for term in self.plan.terms]
        spans = [[start[0] if start else 0 for _, *start in lie], [end for end, *_ in lie]]
        return np.array([cases, cases], dtype=np.int64), np.array(spans, dtype=np.int64)

    @cached_property
    def spans(self) -> dict[Op, Spans]:
        """The terms by what is done."""
        found: dict[Op, list[tuple[int, int]]] = {}
        for at, term in enumerate(self.plan.terms):
            op, name = term.measure.op, term.measure.column
            pair = self.cases.index(_case(term)), name
            row = self.different.index(pair) if op == "distinct" else self.columns.index(name)
            found.setdefault(op, []).append((at, row))
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
        count = int(upto[-1])
        known = integers(record, self.integers, count)
        match = self._masks(record, known, count).ravel().nonzero()[0]
        event = match % max(count, 1)
        values = np.zeros((len(self.columns), len(event) + 1), dtype=np.int64)
        if self.columns:
            values[:, :-1] = np.array([known[column][0] for column in self.columns])[:, event]
        case, edge = self.bounds
        start, end = match.searchsorted(case * count + upto[edge])
        terms = np.empty(len(self.plan.terms), dtype=np.int64)
        for op, spans in self.spans.items():
            first, last = start[spans.at], end[spans.at]
            if op == "sum":
                terms[spans.at] = _sum(values, spans.row, first, last)
            elif op == "distinct":
                begin = match.searchsorted(np.arange(len(self.cases) + 1) * count)
                there = [(column, event[begin[case] : begin[case + 1]]) for case, column in self.different]
                running, at = counted(record, known, there)
                shift = (at - begin[[case for case, _ in self.different]])[spans.row]
                terms[spans.at] = running[last + shift] - running[first + shift]
            else:
                terms[spans.at] = _end(op, values, spans.row, first, last)
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
            masks[cases] &= met(record, condition)[:count]
        for column, cases in self.needed:
            masks[cases] &= known[column][1]
        return masks


def _case(term: Term) -> Case:
    """What a term's events must meet; those without a value have neither a least one nor a last one."""
    measure = term.measure
    every = measure.op in ("sum", "distinct") or EVERY[measure.column].sources == ("time",)
    return measure.where, "" if every else measure.column


def _sum(values: Ints, row: Ints, start: Ints, end: Ints) -> Ints:
    """The sum of each range of its row."""
    running = np.zeros_like(values)
    values[:, :-1].cumsum(axis=1, out=running[:, 1:])
    sums: Ints = running[row, end] - running[row, start]
    return sums


def _end(op: Op, values: Ints, row: Ints, start: Ints, end: Ints) -> Ints:
    """The least, greatest, first or last value of each range of its row."""
    first, flat = row * values.shape[1], values.ravel()
    if op in ("first", "last"):
        found = flat[first + (start if op == "first" else end - 1)]
    else:
        bounds = np.stack([first + start, first + end], axis=1).ravel()
        found = (np.minimum if op == "min" else np.maximum).reduceat(flat, bounds)[::2]
    return np.where(end > start, found, EMPTY[op])
