"""The evaluator over one customer's record: the same features as over frames, in microseconds instead of seconds.

The events that meet a condition are laid one after the other, condition by condition, in the order of time. A span of a
condition is then a range of that row: its sum is a difference of running sums, its last value lies at its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features.arrays import Floats, Ints, Mask
from features.evaluate.online.lookup import Glance
from features.evaluate.online.record import Record
from features.evaluate.online.record_columns import last_of, met, read
from features.evaluate.plan import Plan, finish
from features.language.terms import Op


@dataclass(frozen=True)
class Live:
    """A plan made ready for single records."""

    plan: Plan

    @cached_property
    def glance(self) -> Glance:
        """What of a record is looked at."""
        return Glance(self.plan)

    def vector(self, record: Record, *, as_of: int) -> Floats:
        """The feature values at ``as_of``, equal to the frame's row."""
        terms = _terms(self.glance, record, as_of).reshape(-1, 1)
        vector: Floats = finish(self.plan, terms, self.plan.codes(record.attributes), as_of=as_of)[:, 0]
        return vector


def _terms(glance: Glance, record: Record, as_of: int) -> Ints:
    upto = np.zeros(len(glance.offsets) + 1, dtype=np.int64)
    upto[1:] = record.numbers[0].searchsorted(as_of - glance.offsets, side="right")
    count = int(upto[-1])
    values, there = read(record, glance.names, count)
    match = _masks(glance, record, there).ravel().nonzero()[0]
    laid = np.zeros((len(glance.names), len(match) + 1), dtype=np.int64)
    laid[:, :-1] = values.take(match % max(count, 1), axis=1)
    (case, row), terms = glance.looks, glance.empty.copy()
    start, end = match.searchsorted(case * count + upto[glance.edges])
    for op, at in glance.ops.items():
        if op == "sum":
            running = np.zeros((glance.summed, len(match) + 1), dtype=np.int64)
            laid[: glance.summed, :-1].cumsum(axis=1, out=running[:, 1:])
            terms[at] = running[row[at], end[at]] - running[row[at], start[at]]
        elif op == "distinct":
            counts, shift = _counts(glance, match, laid, there)
            terms[at] = counts[end[at] + shift] - counts[start[at] + shift]
        else:
            some = at[end[at] > start[at]]
            terms[some] = _ends(op, laid, row[some], start[some], end[some])
    return terms


def _masks(glance: Glance, record: Record, there: Mask) -> Mask:
    """``[case, event]``: each question asked once, and a case met where all answers that it needs are yes."""
    count, at = there.shape[1], 0
    answers = np.ones((int(glance.answers.max(initial=0)) + 1, count), dtype=np.bool_)  # the last one: any event
    for column, values in glance.asked:
        codes = {word: code for code, word in enumerate(record.words.get(column, ()))}
        held = np.array([codes.get(value, -2) for value in values])
        np.equal(held[:, None], record.codes(column)[:count], out=answers[at : at + len(values)])
        at += len(values)
    for condition in glance.tested:
        answers[at] = met(record, condition)[:count]
        at += 1
    answers[at : at + len(glance.needed)] = there[glance.known]
    masks: Mask = np.logical_and.reduce(answers[glance.answers], axis=0)
    return masks


def _counts(glance: Glance, match: Ints, laid: Ints, there: Mask) -> tuple[Ints, Ints]:
    """The events of each case whose different values are counted, laid one after the other.

    How many before each place are the last with their value; and how far each term's case is from where ``match`` has
    it.
    """
    (case, row), count = glance.counted, max(there.shape[1], 1)
    first, stop = match.searchsorted(np.array([case, case + 1]) * there.shape[1])
    shift = (stop - first).cumsum() - stop
    part = np.arange(len(case)).repeat(stop - first)
    index = np.arange(len(part)) - shift[part]
    last = last_of(part, laid[row[part], index], there[glance.there[part], match[index] % count])
    counts = np.zeros(len(part) + 1, dtype=np.int64)
    last.cumsum(out=counts[1:])
    return counts, shift[glance.pairs]


def _ends(op: Op, laid: Ints, row: Ints, start: Ints, end: Ints) -> Ints:
    """The least, greatest, first or last value of each range of its row; no range is empty."""
    begin, flat = row * laid.shape[1], laid.ravel()
    found: Ints
    if op in ("first", "last"):
        found = flat[begin + (start if op == "first" else end - 1)]
    else:
        bounds = np.array([begin + start, begin + end]).T.ravel()
        found = (np.minimum if op == "min" else np.maximum).reduceat(flat, bounds)[::2]
    return found
