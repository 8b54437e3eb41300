"""Rows that meet a condition, customer by customer and oldest first: what spans of them hold, without a group-by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from features.arrays import Floats, Ints
from features.language.terms import Measure, Span, Term


@dataclass(frozen=True)
class Runs:
    """What there is of each measure in each row, and where each customer's rows lie.

    ``values``: of sums and of distinct values, how much there is before each row; of other measures, what the row has.
    ``upto[age]``: of each customer, where the rows of at least that age (in days) end; ``start``: where its rows start.
    """

    values: Mapping[Measure, Ints]
    upto: Mapping[int, Ints]
    start: Ints

    @classmethod
    def of(cls, rows: pl.DataFrame, terms: Sequence[Term], *, customers: int) -> Runs:
        """The runs in rows of a ``customer`` (the place among so many) and an ``age`` each, for the spans of terms."""
        ages = sorted({0} | {age for t in terms for age in (t.span.start, t.span.end) if age is not None}, reverse=True)
        pane = np.searchsorted(-np.array(ages), -np.arange(ages[0] + 1))  # of each age, the oldest first
        cell = rows["customer"].to_numpy() * len(ages) + pane[np.minimum(rows["age"].to_numpy(), ages[0])]
        ends = np.cumsum(np.bincount(cell, minlength=customers * len(ages))).reshape(customers, len(ages))
        values = {measure: _values(rows, measure) for measure in {t.measure for t in terms} if measure.column != "one"}
        return cls(values, dict(zip(ages, ends.T, strict=True)), np.concatenate([[0], ends[:-1, -1]]))

    def term(self, term: Term) -> Floats:
        """What a term is of each customer: over no rows 0 or, unless it counts or adds up, NaN."""
        start, end = self._span(term.span)
        if term.measure.column == "one":
            return (end - start).astype(np.float64)
        values = self.values[term.measure]
        if term.measure.op in ("sum", "distinct"):
            return (values[end] - values[start]).astype(np.float64)
        results, some = np.full(len(start), np.nan), start < end
        results[some] = _ENDS[term.measure.op](values, start[some], end[some])
        return results

    def _span(self, span: Span) -> tuple[Ints, Ints]:
        return self.start if span.start is None else self.upto[span.start], self.upto[span.end]


def column_of(measure: Measure) -> str:
    """What the column of a measure is called: of a sum it is the running sum."""
    return f"sum of {measure.column}" if measure.op == "sum" else measure.column


def _values(rows: pl.DataFrame, measure: Measure) -> Ints:
    column = rows[column_of(measure)].to_numpy()
    assert column.dtype == np.int64, f"{measure.column} is not known in all rows"
    if measure.op == "distinct":
        column = np.cumsum(_latest(rows["customer"].to_numpy(), column))
    return np.concatenate([[0], column]) if measure.op in ("sum", "distinct") else column


def _latest(customer: Ints, values: Ints) -> npt.NDArray[np.bool_]:
    """For each row whether its customer does not meet its value again."""
    least = values.min(initial=0)
    key = customer * (values.max(initial=0) - least + 1) + (values - least)
    order = np.argsort(key, kind="stable")
    again = key[order]
    latest = np.ones(len(key), dtype=np.bool_)
    latest[order[:-1]] = again[1:] != again[:-1]
    return latest


def _over(reduce: np.ufunc) -> Callable[[Ints, Ints, Ints], Ints]:
    """The least or greatest of the values in each span."""
    return lambda values, start, end: reduce.reduceat(np.append(values, 0), np.stack([start, end], axis=1).ravel())[::2]


_ENDS: Mapping[str, Callable[[Ints, Ints, Ints], Ints]] = {
    "first": lambda values, start, _: values[start],
    "last": lambda values, _, end: values[end - 1],
    "min": _over(np.minimum),
    "max": _over(np.maximum),
}
