"""What of a record a plan looks at, each thing once: conditions, columns, edges; and which term looks where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features.arrays import Ints
from features.evaluate.offline.cells import EMPTY
from features.evaluate.online.record_columns import recipe
from features.evaluate.plan import Plan, edges
from features.evaluate.scans import asked
from features.events.columns import EVERY
from features.language.terms import Condition, Op, Term, Where

Case = tuple[Where, str]  # conditions, and a column that must be known


@dataclass(frozen=True)
class Glance:
    """The indices of a plan's terms, worked out once."""

    plan: Plan

    @property
    def offsets(self) -> Ints:
        """How long before a moment the edges lie."""
        return self.plan.offsets

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """Every condition once, and apart where only known values count."""
        return tuple(sorted({_case(term) for term in self.plan.terms}))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every column that is read, those that are added up before all others."""
        summed = {term.measure.column for term in self.plan.terms if term.measure.op == "sum"}
        others = {term.measure.column for term in self.plan.terms} - summed
        return (*sorted(summed), *sorted(others))

    @cached_property
    def summed(self) -> int:
        """How many columns are added up."""
        return len({term.measure.column for term in self.plan.terms if term.measure.op == "sum"})

    @cached_property
    def looks(self) -> Ints:
        """``[case and column, term]``: where each term looks."""
        cases, columns = (({each: i for i, each in enumerate(every)}) for every in (self.cases, self.names))
        places = [(cases[_case(term)], columns[term.measure.column]) for term in self.plan.terms]
        return np.array(places, dtype=np.int64).reshape(-1, 2).T

    @cached_property
    def edges(self) -> Ints:
        """``[start and end, term]``: the edges of its span among those of a moment; before the first lies one more."""
        place = {int(offset): 1 + i for i, offset in enumerate(self.offsets)}
        spans = [[place[offset] for offset in edges(term)] for term in self.plan.terms]
        return np.array([[span[1] if span[1:] else 0, span[0]] for span in spans], dtype=np.int64).reshape(-1, 2).T

    @cached_property
    def ops(self) -> dict[Op, Ints]:
        """The terms by what is done; as events lie in the order of time, the least and greatest time are the ends."""
        ends: Mapping[Op, Op] = {"min": "first", "max": "last"}
        found: dict[Op, list[int]] = {}
        for at, term in enumerate(self.plan.terms):
            op = term.measure.op
            found.setdefault(ends.get(op, op) if term.measure.column == "time" else op, []).append(at)
        return {op: np.array(at, dtype=np.int64) for op, at in found.items()}

    @cached_property
    def empty(self) -> Ints:
        """What each term is of nothing."""
        return np.array([EMPTY[term.measure.op] for term in self.plan.terms], dtype=np.int64)

    @cached_property
    def counted(self) -> Ints:
        """``[case and column, pair]``: those whose different values are counted."""
        return np.unique(self.looks[:, self.ops["distinct"]], axis=1)

    @cached_property
    def pairs(self) -> Ints:
        """Of each term that counts different values the pair."""
        return np.unique(self.looks[:, self.ops["distinct"]], axis=1, return_inverse=True)[1]

    @cached_property
    def there(self) -> Ints:
        """Of each pair the source that tells where there is a value."""
        return np.array([self._source(self.names[column]) for column in self.counted[1]], dtype=np.int64)

    def _source(self, column: str) -> int:
        made = EVERY.get(column)
        return recipe(self.names)[0].index(made.sources[0] if made else column)

    @cached_property
    def asked(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The columns of text that are compared, and with which values."""
        labels = [label for where, _ in self.cases for label in asked(where).items()]
        columns = sorted({column for column, _ in labels if isinstance(column, str)})
        return tuple((column, tuple(sorted({value for c, value in labels if c == column}))) for column in columns)

    @cached_property
    def tested(self) -> tuple[Condition, ...]:
        """All other conditions."""
        return tuple(
            sorted({label for where, _ in self.cases for label in asked(where) if isinstance(label, Condition)})
        )

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """The columns that must be known in some case."""
        return tuple(sorted({known for _, known in self.cases if known}))

    @cached_property
    def known(self) -> Ints:
        """The sources that tell where those are."""
        return np.array([self._source(column) for column in self.needed], dtype=np.int64)

    @cached_property
    def answers(self) -> Ints:
        """``[at most so many, case]``: which answers must all be yes, of ``asked``, ``tested``, ``needed``; or any."""
        keys: list[object] = [(column, value) for column, values in self.asked for value in values]
        keys += [*self.tested, *self.needed]
        place = {key: i for i, key in enumerate(keys)}
        found = []
        for where, known in self.cases:
            labels = [
                label if isinstance(label, Condition) else (label, value) for label, value in asked(where).items()
            ]
            found.append([place[key] for key in (*labels, *([known] if known else []))])
        most = max((len(each) for each in found), default=0) or 1
        return np.array([each + [len(keys)] * (most - len(each)) for each in found], dtype=np.int64).reshape(-1, most).T


def _case(term: Term) -> Case:
    """What a term's events must meet; those without a value have neither a least one nor a last one."""
    measure = term.measure
    every = measure.op in ("sum", "distinct") or EVERY[measure.column].sources == ("time",)
    return measure.where, "" if every else measure.column
