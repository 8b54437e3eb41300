"""The evaluator over one customer's record: the same features as over frames, in microseconds instead of seconds.

The events of a case (a combination of conditions) are laid one after the other in the order of time, case by case. A
span of a case is then a range of that row: its sum is a difference of running sums, its last value lies at its end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features.arrays import Floats, Ints, Mask
from features.evaluate.finish import finish
from features.evaluate.online.attributes import attribute_values
from features.evaluate.online.knowledge import known_by
from features.evaluate.online.lookup import Lookup
from features.evaluate.online.occurrences import last_occurrences
from features.evaluate.online.record import Record
from features.evaluate.online.record_columns import meets, read_columns
from features.evaluate.plan import Plan
from features.language.terms import Op


@dataclass(frozen=True)
class RecordEvaluator:
    """A plan made ready for single records."""

    plan: Plan

    @cached_property
    def lookup(self) -> Lookup:
        """Where each term looks in a record."""
        return Lookup(self.plan)

    def vector(self, record: Record, *, as_of: int) -> Floats:
        """``[feature]``: the values at ``as_of`` (µs), equal to the row over frames."""
        vector: Floats = self.matrix([record], as_of=as_of)[0]
        return vector

    def matrix(self, records: Sequence[Record], *, as_of: int) -> Floats:
        """``[record, feature]``: the same of several customers, finished together."""
        terms = np.empty((len(self.plan.terms), len(records)), dtype=np.int64)
        attributes = np.empty((len(self.plan.attribute_features), len(records)))
        for place, record in enumerate(records):
            terms[:, place] = _terms(self.lookup, known_by(record, as_of), as_of)
            attributes[:, place] = attribute_values(self.plan, record, as_of=as_of)
        return finish(self.plan, terms, attributes, as_of=as_of).T


def _terms(lookup: Lookup, record: Record, as_of: int) -> Ints:
    """``[term]``: the value of each term."""
    upto = np.zeros(len(lookup.offsets) + 1, dtype=np.int64)
    upto[1:] = record.numbers[0].searchsorted(as_of - lookup.offsets, side="right")
    count = int(upto[-1])
    values, filled = read_columns(record, lookup.columns, count, lookup.plan.timezone)
    match = _in_cases(lookup, record, filled).ravel().nonzero()[0]  # case · count + event, ascending
    row = np.zeros((len(lookup.columns), len(match) + 1), dtype=np.int64)  # [column, event of a case]
    row[:, :-1] = values.take(match % max(count, 1), axis=1)
    (case, column), terms = lookup.places, lookup.empty.copy()
    start, end = match.searchsorted(case * count + upto[lookup.edges])
    for op, at in lookup.terms_by_op.items():
        if op == "sum":
            running = np.zeros((lookup.sum_count, len(match) + 1), dtype=np.int64)
            row[: lookup.sum_count, :-1].cumsum(axis=1, out=running[:, 1:])
            terms[at] = running[column[at], end[at]] - running[column[at], start[at]]
        elif op == "distinct":
            counts, shift = _distinct_counts(lookup, match, row, filled)
            terms[at] = counts[end[at] + shift] - counts[start[at] + shift]
        else:
            some = at[end[at] > start[at]]
            terms[some] = _extremes(op, row, column[some], start[some], end[some])
    return terms


def _in_cases(lookup: Lookup, record: Record, filled: Mask) -> Mask:
    """``[case, event]``: whether the event is in the case; every test is made once."""
    count, at = filled.shape[1], 0
    answers = np.ones((int(lookup.answers.max(initial=0)) + 1, count), dtype=np.bool_)  # the last is always yes
    for column, values in lookup.text_tests:
        codes = {word: code for code, word in enumerate(record.words.get(column, ()))}
        codes_of_values = np.array([codes.get(value, -2) for value in values])
        np.equal(codes_of_values[:, None], record.codes(column)[:count], out=answers[at : at + len(values)])
        at += len(values)
    for condition in lookup.other_tests:
        answers[at] = meets(record, condition)[:count]
        at += 1
    answers[at : at + len(lookup.filled_columns)] = filled[lookup.filled_sources]
    masks: Mask = np.logical_and.reduce(answers[lookup.answers], axis=0)
    return masks


def _distinct_counts(lookup: Lookup, match: Ints, row: Ints, filled: Mask) -> tuple[Ints, Ints]:
    """How many events before each place are the last ones with their value, in the pairs whose values are counted.

    The events of these pairs are laid one after the other; the second array says for each term how far its pair lies
    from its case in ``match``.
    """
    (case, column), count = lookup.distinct_places, max(filled.shape[1], 1)
    first, stop = match.searchsorted(np.array([case, case + 1]) * filled.shape[1])
    shift = (stop - first).cumsum() - stop
    pair = np.arange(len(case)).repeat(stop - first)
    index = np.arange(len(pair)) - shift[pair]
    last = last_occurrences(pair, row[column[pair], index], filled[lookup.distinct_sources[pair], match[index] % count])
    counts = np.zeros(len(pair) + 1, dtype=np.int64)
    last.cumsum(out=counts[1:])
    return counts, shift[lookup.distinct_pairs]


def _extremes(op: Op, row: Ints, column: Ints, start: Ints, end: Ints) -> Ints:
    """The least, greatest, first or last value of each range ``[start, end)`` of a column; no range is empty."""
    begin, flat = column * row.shape[1], row.ravel()
    values: Ints
    if op in ("first", "last"):
        values = flat[begin + (start if op == "first" else end - 1)]
    else:
        bounds = np.array([begin + start, begin + end]).T.ravel()
        values = (np.minimum if op == "min" else np.maximum).reduceat(flat, bounds)[::2]
    return values
