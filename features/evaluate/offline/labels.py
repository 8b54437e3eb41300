"""Labels as small numbers: each event's values of what the scans tell apart, computed once for all scans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, Self

import narwhals as nw
import numpy as np

from features.arrays import Ints
from features.evaluate.scans import Label, Scan
from features.events.columns import EVENT_ORDER, TEXTS
from features.events.computed_columns import GAP_COLUMNS, sources
from features.language.terms import HIGHEST, LOWEST, Condition, Measure

Events = nw.LazyFrame[Any]


@dataclass(frozen=True)
class LabelCodes:
    """The values of each label in any scan, sorted; the place of a value is its code, −1 stands for all others."""

    values: Mapping[Label, tuple[str, ...]]

    @classmethod
    def of(cls, scans: Iterable[Scan]) -> Self:
        """The codes that these scans need."""
        values: dict[Label, set[str]] = {}
        for scan in scans:
            for i, label in enumerate(scan.labels):
                values.setdefault(label, set()).update(scan.values(i))
        return cls({label: tuple(sorted(texts)) for label, texts in values.items()})

    def columns(self, measures: Iterable[Measure]) -> list[nw.Expr]:
        """The columns that aggregations read: customer, time, what is aggregated, and a code for each label."""
        names = {"customer_id", "time"}
        for measure in measures:
            names |= set(sources(measure.column)) | ordering_columns(measure)
        codes = [_code(label, values).alias(self._name(label)) for label, values in self.values.items()]
        return [*(nw.col(name) for name in sorted(names)), *codes]

    def _name(self, label: Label) -> str:
        """The name of a label's column; a number, because engines differ in what else a name may hold."""
        return f"which_{list(self.values).index(label)}"

    def combined(self, scan: Scan) -> tuple[nw.Expr, int]:
        """The codes of a scan's labels as one number, and how many such numbers there are."""
        number, count = nw.lit(0, nw.Int64), 1
        for label in scan.labels:
            number = number * len(self.values[label]) + nw.col(self._name(label))
            count *= len(self.values[label])
        return number, count

    def cases(self, scan: Scan) -> Ints:
        """``[combined number]``: the place of its case in the scan, −1 for none."""
        sizes = [len(self.values[label]) for label in scan.labels]
        cases = np.full(prod(sizes), -1, dtype=np.int64)
        for i, case in enumerate(scan.cases):
            number = 0
            for size, label, value in zip(sizes, scan.labels, case, strict=True):
                number = number * size + self.values[label].index(value)
            cases[number] = i
        return cases

    def filter(self, events: Events, scan: Scan, labels: Iterable[Label]) -> Events:
        """The events whose labels have a value in some case of the scan."""
        for label in labels:
            values, in_scan = self.values[label], scan.values(scan.labels.index(label))
            column, codes = nw.col(self._name(label)), [values.index(value) for value in in_scan]
            events = events.filter(column >= 0 if len(codes) == len(values) else column.is_in(codes))
        return events


def ordering_columns(measure: Measure) -> set[str]:
    """The columns that tell the order of events, where a measure depends on it.

    >>> sorted(ordering_columns(Measure("sum", "gap")))
    ['event_id', 'kind', 'order_line', 'source', 'time']
    """
    if measure.column in GAP_COLUMNS:
        return {*EVENT_ORDER, "kind", "order_line"}
    return {*EVENT_ORDER} if measure.op in ("first", "last") else set()


def _code(label: Label, values: tuple[str, ...]) -> nw.Expr:
    if isinstance(label, str):
        codes = list(range(len(values)))
        return nw.col(label).replace_strict(list(values), codes, default=-1, return_dtype=nw.Int64)
    return nw.when(_meets(label)).then(nw.lit(0, nw.Int64)).otherwise(nw.lit(-1, nw.Int64))


def _meets(condition: Condition) -> nw.Expr:
    column = nw.col(condition.column)
    if condition.column in TEXTS:
        among = column.is_in(list(condition.values))
        return ~column.is_null() & (~among if condition.negated else among)
    within = ~column.is_null()
    if condition.low > LOWEST:
        within &= column >= condition.low
    return within & (column < condition.high) if condition.high < HIGHEST else within
