"""The lookup: what a plan reads of a record, each thing once, as arrays of places that are worked out once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features.arrays import Ints
from features.evaluate.online.terms.columns import recipes
from features.evaluate.plan import Plan, span_offsets
from features.evaluate.scans import EMPTY, label_values
from features.events.columns import TEXTS
from features.events.computed_columns import ALL_COLUMNS, OF_ANY_EVENT
from features.language.terms import Condition, Op, Term, Where

Case = tuple[Where, str]  # conditions, and a column that must not be empty ("" for none)


@dataclass(frozen=True)
class Lookup:
    """The places of a plan's terms among cases (combinations of conditions), columns and edges."""

    plan: Plan

    @property
    def offsets(self) -> Ints:
        """``[edge]``: how long before a moment the edges lie, in µs."""
        return self.plan.offsets

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """Every case once."""
        return tuple(sorted({_case(term) for term in self.plan.terms}))

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Every column once, those that are added up first."""
        others = {term.measure.column for term in self.plan.terms} - set(self._sum_columns)
        return (*self._sum_columns, *sorted(others))

    @cached_property
    def _sum_columns(self) -> tuple[str, ...]:
        return tuple(sorted({term.measure.column for term in self.plan.terms if term.measure.op == "sum"}))

    @cached_property
    def sum_count(self) -> int:
        """How many columns are added up."""
        return len(self._sum_columns)

    @cached_property
    def places(self) -> Ints:
        """``[case and column, term]``: where each term looks."""
        cases = {case: i for i, case in enumerate(self.cases)}
        columns = {column: i for i, column in enumerate(self.columns)}
        places = [(cases[_case(term)], columns[term.measure.column]) for term in self.plan.terms]
        return np.array(places, dtype=np.int64).reshape(-1, 2).T

    @cached_property
    def edges(self) -> Ints:
        """``[start and end, term]``: the places of the span's edges, from 1; a span of all history starts at 0."""
        place = {int(offset): 1 + i for i, offset in enumerate(self.offsets)}
        spans = [[place[offset] for offset in span_offsets(term)] for term in self.plan.terms]
        return np.array([[span[1] if span[1:] else 0, span[0]] for span in spans], dtype=np.int64).reshape(-1, 2).T

    @cached_property
    def cuts(self) -> Ints:
        """``[case and edge, cut]``: every pair of a case and an edge once, where some span begins or ends."""
        return np.unique(self._cuts, axis=1)

    @cached_property
    def cuts_of_terms(self) -> Ints:
        """``[start and end, term]``: the places of the cuts between which each term looks."""
        return np.unique(self._cuts, axis=1, return_inverse=True)[1].reshape(2, -1)

    @property
    def _cuts(self) -> Ints:
        return np.stack([np.stack([self.places[0]] * 2), self.edges]).reshape(2, -1)

    @cached_property
    def terms_by_op(self) -> dict[Op, Ints]:
        """The places of the terms of each operation; the least and the greatest time are the first and the last."""
        ends: Mapping[Op, Op] = {"min": "first", "max": "last"}  # events lie in the order of time
        places: dict[Op, list[int]] = {}
        for at, term in enumerate(self.plan.terms):
            op = term.measure.op
            places.setdefault(ends.get(op, op) if term.measure.column == "time" else op, []).append(at)
        return {op: np.array(at, dtype=np.int64) for op, at in places.items()}

    @cached_property
    def empty(self) -> Ints:
        """``[term]``: the value of each term over no event."""
        return np.array([EMPTY[term.measure.op] for term in self.plan.terms], dtype=np.int64)

    @cached_property
    def distinct_places(self) -> Ints:
        """``[case and column, pair]``: the pairs whose distinct values are counted."""
        return np.unique(self.places[:, self.terms_by_op["distinct"]], axis=1)

    @cached_property
    def distinct_pairs(self) -> Ints:
        """``[term that counts distinct values]``: the place of its pair."""
        return np.unique(self.places[:, self.terms_by_op["distinct"]], axis=1, return_inverse=True)[1]

    @cached_property
    def distinct_sources(self) -> Ints:
        """``[pair]``: the source (see :func:`recipes`) that says where there is a value."""
        return np.array([self._source(self.columns[column]) for column in self.distinct_places[1]], dtype=np.int64)

    def _source(self, column: str) -> int:
        computed = ALL_COLUMNS.get(column)
        return recipes(self.columns)[0].index(computed.sources[0] if computed else column)

    @cached_property
    def text_tests(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The columns of text, each with the values that they are compared with."""
        labels = [label for where, _ in self.cases for label in label_values(where).items()]
        columns = sorted({column for column, _ in labels if isinstance(column, str)})
        return tuple((column, tuple(sorted({value for c, value in labels if c == column}))) for column in columns)

    @cached_property
    def other_tests(self) -> tuple[Condition, ...]:
        """All other conditions."""
        labels = {label for where, _ in self.cases for label in label_values(where)}
        return tuple(sorted(label for label in labels if isinstance(label, Condition)))

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Every column of text that is read."""
        tested = {column for column, _ in self.text_tests} | {condition.column for condition in self.other_tests}
        return tuple(sorted(({"kind"} | tested | set(recipes(self.columns)[0])) & set(TEXTS)))

    @cached_property
    def filled_columns(self) -> tuple[str, ...]:
        """The columns that must not be empty in some case."""
        return tuple(sorted({column for _, column in self.cases if column}))

    @cached_property
    def filled_sources(self) -> Ints:
        """``[filled column]``: the source that says where the column is filled."""
        return np.array([self._source(column) for column in self.filled_columns], dtype=np.int64)

    @cached_property
    def answers(self) -> Ints:
        """``[n, case]``: the places of the answers that must all be yes for an event to be in the case.

        Answers come in the order ``text_tests`` (a value each), ``other_tests``, ``filled_columns``; behind them lies
        one that is always yes, with which short rows are filled.
        """
        keys: list[object] = [(column, value) for column, values in self.text_tests for value in values]
        keys += [*self.other_tests, *self.filled_columns]
        place = {key: i for i, key in enumerate(keys)}
        rows = []
        for where, column in self.cases:
            labels = label_values(where).items()
            tests = [label if isinstance(label, Condition) else (label, value) for label, value in labels]
            rows.append([place[key] for key in (*tests, *([column] if column else []))])
        longest = max((len(row) for row in rows), default=0) or 1
        filled = [row + [len(keys)] * (longest - len(row)) for row in rows]
        return np.array(filled, dtype=np.int64).reshape(-1, longest).T


def _case(term: Term) -> Case:
    """The case of a term; events without a value have neither a least nor a last one."""
    measure = term.measure
    of_any_event = measure.op in ("sum", "distinct") or ALL_COLUMNS[measure.column].sources in OF_ANY_EVENT
    return measure.where, "" if of_any_event else measure.column
