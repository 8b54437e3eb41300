"""What each term comes to of each customer of a run.

The events of a case (a combination of conditions) are laid one after the other in the order of customers and of time,
case by case. A span of a customer's case is then a range of that row: its sum is a difference of running sums, its last
value lies at its end.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from features.arrays import Ints, Mask
from features.evaluate.online.record import Record
from features.evaluate.online.terms.columns import meets, read_columns
from features.evaluate.online.terms.lookup import Lookup
from features.evaluate.online.terms.occurrences import last_occurrences
from features.evaluate.online.terms.run import Run
from features.language.terms import Op


def edges_of(lookup: Lookup, records: Sequence[Record], as_of: int) -> Ints:
    """``[edge, customer]``: how many of the customer's events lie before each edge at a moment.

    The first is 0; the last is the number of events up to the moment. All terms of a record follow from these numbers.
    """
    edges, moments = np.zeros((len(lookup.offsets) + 1, len(records)), dtype=np.int64), as_of - lookup.offsets
    for customer, record in enumerate(records):
        edges[1:, customer] = record.numbers[0].searchsorted(moments, side="right")
    return edges


def term_values(lookup: Lookup, run: Run, edges: Ints) -> Ints:
    """``[term, customer]``: the value of each term, given the customers' own edges (see :func:`edges_of`)."""
    count = int(run.bounds[-1])
    values, filled = read_columns(run.record, lookup.columns, count, lookup.plan.timezone)
    match = _in_cases(lookup, run.record, filled).ravel().nonzero()[0]  # case · count + event, ascending
    row = np.zeros((len(lookup.columns), len(match) + 1), dtype=np.int64)  # [column, event of a case]
    row[:, :-1] = values.take(match % max(count, 1), axis=1)
    (case, edge), column = lookup.cuts, lookup.places[1][:, None]
    at = (case * count)[:, None] + (edges + run.bounds[:-1])[edge]
    start, end = match.searchsorted(at)[lookup.cuts_of_terms]
    terms = np.repeat(lookup.empty[:, None], len(run.bounds) - 1, axis=1)
    for op, at in lookup.terms_by_op.items():
        if op == "sum":
            running = np.zeros((lookup.sum_count, len(match) + 1), dtype=np.int64)
            row[: lookup.sum_count, :-1].cumsum(axis=1, out=running[:, 1:])
            terms[at] = running[column[at], end[at]] - running[column[at], start[at]]
        elif op == "distinct":
            counts, shift = _distinct_counts(lookup, run, match, row, filled)
            terms[at] = counts[end[at] + shift] - counts[start[at] + shift]
        else:
            term, customer = (end[at] > start[at]).nonzero()
            some = at[term], customer
            terms[some] = _extremes(op, row, column[at[term], 0], start[some], end[some])
    return terms


def _in_cases(lookup: Lookup, record: Record, filled: Mask) -> Mask:
    """``[case, event]``: whether the event is in the case; every test is made once."""
    count, at = filled.shape[1], 0
    answers = np.ones((int(lookup.answers.max(initial=0)) + 1, count), dtype=np.bool_)  # the last is always yes
    for column, values in lookup.text_tests:
        place = {value: at for at, value in enumerate(values)}
        places = np.array([*(place.get(word, -1) for word in record.words.get(column, ())), -1])  # none is the last
        told = places[record.codes(column)[:count]]
        np.equal(np.arange(len(values))[:, None], told, out=answers[at : at + len(values)])
        at += len(values)
    for condition in lookup.other_tests:
        answers[at] = meets(record, condition, count)
        at += 1
    answers[at : at + len(lookup.filled_columns)] = filled[lookup.filled_sources]
    masks: Mask = np.logical_and.reduce(answers[lookup.answers], axis=0)
    return masks


def _distinct_counts(lookup: Lookup, run: Run, match: Ints, row: Ints, filled: Mask) -> tuple[Ints, Ints]:
    """How many events before each place are the last ones with their value, in the pairs whose values are counted.

    The events of these pairs are laid one after the other; the second array says for each term how far its pair lies
    from its case in ``match``.
    """
    (case, column), count = lookup.distinct_places, max(filled.shape[1], 1)
    first, stop = match.searchsorted(np.array([case, case + 1]) * filled.shape[1])
    shift = (stop - first).cumsum() - stop
    pair = np.arange(len(case)).repeat(stop - first)
    index = np.arange(len(pair)) - shift[pair]
    event, customers = match[index] % count, len(run.bounds) - 1
    customer = np.arange(customers).repeat(np.diff(run.bounds))[event]
    is_filled = filled[lookup.distinct_sources[pair], event]
    last = last_occurrences(pair * customers + customer, row[column[pair], index], is_filled)
    counts = np.zeros(len(pair) + 1, dtype=np.int64)
    last.cumsum(out=counts[1:])
    return counts, shift[lookup.distinct_pairs][:, None]


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
