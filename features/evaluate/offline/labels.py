"""What the conditions of all scans ask of an event, each question answered once, by a small number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, Self

import narwhals as nw
import numpy as np

from features.arrays import Ints
from features.evaluate.scans import Label, Scan
from features.events.columns import GAP_COLUMNS, TEXTS, sources
from features.language.terms import HIGHEST, LOWEST, Condition, Measure

Events = nw.LazyFrame[Any]


@dataclass(frozen=True)
class Asked:
    """The values that any scan asks of each label, sorted; a value's place among them stands for it."""

    values: Mapping[Label, tuple[str, ...]]

    @classmethod
    def of(cls, scans: Iterable[Scan]) -> Self:
        """What these scans ask."""
        found: dict[Label, set[str]] = {}
        for scan in scans:
            for i, label in enumerate(scan.labels):
                found.setdefault(label, set()).update(scan.values(i))
        return cls({label: tuple(sorted(values)) for label, values in found.items()})

    def columns(self, measures: Iterable[Measure]) -> list[nw.Expr]:
        """What aggregations read: what is aggregated, and labels in place of what conditions look at."""
        read = {"customer_id", "time"}
        for measure in measures:
            read |= set(sources(measure.column)) | extra(measure)
        labels = [_label(label, values).alias(self._name(label)) for label, values in self.values.items()]
        return [*(nw.col(name) for name in sorted(read)), *labels]

    def _name(self, label: Label) -> str:
        """What the column of a label is called; engines differ in what else a name may hold."""
        return f"which_{list(self.values).index(label)}"

    def combined(self, scan: Scan) -> tuple[nw.Expr, int]:
        """The labels of a scan as one number, and how many there are."""
        number, count = nw.lit(0, nw.Int64), 1
        for label in scan.labels:
            number = number * len(self.values[label]) + nw.col(self._name(label))
            count *= len(self.values[label])
        return number, count

    def cases(self, scan: Scan) -> Ints:
        """For each such number the case that it stands for, −1 for none."""
        sizes = [len(self.values[label]) for label in scan.labels]
        cases = np.full(prod(sizes), -1, dtype=np.int64)
        for i, case in enumerate(scan.cases):
            number = 0
            for size, label, value in zip(sizes, scan.labels, case, strict=True):
                number = number * size + self.values[label].index(value)
            cases[number] = i
        return cases

    def chosen(self, events: Events, scan: Scan, labels: Iterable[Label]) -> Events:
        """Only the rows whose labels have values that some case asks for."""
        for label in labels:
            every, wanted = self.values[label], scan.values(scan.labels.index(label))
            column, places = nw.col(self._name(label)), [every.index(value) for value in wanted]
            events = events.filter(column >= 0 if len(places) == len(every) else column.is_in(places))
        return events


def extra(measure: Measure) -> set[str]:
    """What is read beside a measure's own column: for gaps and ends, the order of the events.

    >>> sorted(extra(Measure("sum", "gap")))
    ['event_id', 'kind', 'order_line']
    """
    if measure.column in GAP_COLUMNS:
        return {"event_id", "kind", "order_line"}
    return {"event_id"} if measure.op in ("first", "last") else set()


def _label(label: Label, values: tuple[str, ...]) -> nw.Expr:
    """The place of a row's value among those asked for, −1 for none of them."""
    if isinstance(label, str):
        places = list(range(len(values)))
        return nw.col(label).replace_strict(list(values), places, default=-1, return_dtype=nw.Int64)
    return nw.when(_met(label)).then(nw.lit(0, nw.Int64)).otherwise(nw.lit(-1, nw.Int64))


def _met(condition: Condition) -> nw.Expr:
    tested = nw.col(condition.column)
    if condition.column in TEXTS:
        among = tested.is_in(list(condition.values))
        return ~tested.is_null() & (~among if condition.negated else among)
    met = ~tested.is_null()
    if condition.low > LOWEST:
        met &= tested >= condition.low
    return met & (tested < condition.high) if condition.high < HIGHEST else met
