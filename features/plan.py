"""A set of features made ready to evaluate: which measures to take, at which edges, how each feature is finished."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features.formulas import Floats, Ints, band, evaluate, nearest
from features.language import Feature, Formula, Measure, Term
from features.units import DAY


@dataclass(frozen=True)
class Panes:
    """What an evaluator hands over for one ``as_of``; a row a customer.

    ``sums[row, measure, edge]`` sums over events up to the edge, ``firsts`` and ``lasts`` ``[row, measure]`` are the
    earliest and latest times up to ``as_of``, ``distinct[row, measure, 1 + edge]`` counts the values last seen after
    the edge (its first column: ever seen). ``codes[row, feature]`` places attributes in their vocabularies.
    """

    sums: Ints
    firsts: Ints
    lasts: Ints
    distinct: Ints
    codes: Floats


@dataclass(frozen=True)
class Group:
    """Features of one formula: their places, and a column each of terms, fitted parameters and scales."""

    at: Ints
    terms: Ints
    parameters: Floats
    scale: Floats


@dataclass(frozen=True)
class Plan:
    """The features with every index worked out once, so that evaluation is a few array operations."""

    features: tuple[Feature, ...]

    def measures(self, op: str) -> tuple[Measure, ...]:
        """The distinct measures of one kind, in a fixed order."""
        return tuple(sorted({t.measure for f in self.features for t in f.terms if t.measure.op == op}))

    @cached_property
    def sums(self) -> tuple[Measure, ...]:
        """Measures that add up."""
        return self.measures("sum")

    @cached_property
    def firsts(self) -> tuple[Measure, ...]:
        """Earliest times."""
        return self.measures("min")

    @cached_property
    def lasts(self) -> tuple[Measure, ...]:
        """Latest times."""
        return self.measures("max")

    @cached_property
    def distinct(self) -> tuple[Measure, ...]:
        """Measures that count different values."""
        return self.measures("distinct")

    @cached_property
    def coded(self) -> tuple[Feature, ...]:
        """Features that are attributes."""
        return tuple(f for f in self.features if f.formula == "code")

    def codes(self, attributes: Mapping[str, object]) -> list[float]:
        """One customer's attribute codes, NaN where unknown or not in the vocabulary."""
        places = ((f.vocabulary, attributes.get(f.attribute)) for f in self.coded)
        return [float(v.index(value)) if value in v else np.nan for v, value in places]

    @cached_property
    def offsets(self) -> Ints:
        """How long before ``as_of`` each edge lies, in µs, furthest first; the last is 0."""
        spans = {t.span for f in self.features for t in f.terms}
        days = {0} | {s.end for s in spans} | {s.start for s in spans if s.start is not None}
        return np.array(sorted(days, reverse=True), dtype=np.int64) * DAY

    def edges(self, as_of: int) -> Ints:
        """The moments that bound the spans, ascending, the last of them ``as_of``."""
        return as_of - self.offsets

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """Every term once."""
        return tuple(sorted({t for f in self.features for t in f.terms}, key=_term_key))

    @cached_property
    def groups(self) -> dict[Formula, Group]:
        """The features of each formula, finished in one go."""
        place = {t: i for i, t in enumerate(self.terms)}
        out: dict[Formula, Group] = {}
        for formula in dict.fromkeys(f.formula for f in self.features if f.formula != "nearest"):
            at = [i for i, f in enumerate(self.features) if f.formula == formula]
            members = [self.features[i] for i in at]
            out[formula] = Group(
                at=np.array(at, dtype=np.int64),
                terms=np.array([[place[t] for t in f.terms] for f in members], dtype=np.int64).T,
                parameters=np.array([f.parameters for f in members], dtype=np.float64).T,
                scale=np.array([f.scale for f in members], dtype=np.float64),
            )
        return out

    @cached_property
    def placed(self) -> tuple[tuple[int, Ints, Floats], ...]:
        """The features that compare other features with centres: where they go, what they look at, the parameters."""
        place = {f.name: i for i, f in enumerate(self.features)}
        return tuple(
            (
                i,
                np.array([place[name] for name in f.of], dtype=np.int64),
                np.array(f.parameters, dtype=np.float64).reshape(-1, len(f.of)),
            )
            for i, f in enumerate(self.features)
            if f.formula == "nearest"
        )

    @cached_property
    def banded(self) -> tuple[tuple[int, Floats], ...]:
        """The features that are told as bands: where they go, and their cuts."""
        return tuple((i, np.array(f.cuts)) for i, f in enumerate(self.features) if f.cuts)

    @cached_property
    def lookup(self) -> dict[str, tuple[Ints, ...]]:
        """For each kind of measure: the terms' places, their measures, and the edges where spans start and end."""
        edge = {int(o): i for i, o in enumerate(self.offsets)}
        out: dict[str, tuple[Ints, ...]] = {}
        for op, measures in (
            ("sum", self.sums),
            ("min", self.firsts),
            ("max", self.lasts),
            ("distinct", self.distinct),
        ):
            place = {m: i for i, m in enumerate(measures)}
            rows = [
                (i, place[t.measure], -1 if t.span.start is None else edge[t.span.start * DAY], edge[t.span.end * DAY])
                for i, t in enumerate(self.terms)
                if t.measure.op == op
            ]
            out[op] = tuple(np.array(rows, dtype=np.int64).reshape(-1, 4).T)
        return out


def _term_key(term: Term) -> tuple[Measure, int, int]:
    return term.measure, -1 if term.span.start is None else term.span.start, term.span.end


def finish(plan: Plan, panes: Panes, *, as_of: int) -> Floats:
    """The feature values ``[row, feature]``: where integers become features, for frames and records alike."""
    return _features(plan, _terms(plan, panes), panes.codes, as_of)


def _terms(plan: Plan, panes: Panes) -> Ints:
    out = np.empty((panes.sums.shape[0], len(plan.terms)), dtype=np.int64)
    at, measure, start, end = plan.lookup["sum"]
    out[:, at] = panes.sums[:, measure, end] - np.where(start >= 0, panes.sums[:, measure, start], 0)
    at, measure, *_ = plan.lookup["min"]
    out[:, at] = panes.firsts[:, measure]
    at, measure, *_ = plan.lookup["max"]
    out[:, at] = panes.lasts[:, measure]
    at, measure, start, _ = plan.lookup["distinct"]
    out[:, at] = panes.distinct[:, measure, start + 1]
    return out


def _features(plan: Plan, terms: Ints, codes: Floats, as_of: int) -> Floats:
    out = np.empty((terms.shape[0], len(plan.features)), dtype=np.float64)
    for formula, group in plan.groups.items():
        taken = terms[:, group.terms]
        operands = [taken[:, n] for n in range(len(group.terms))]
        finished = codes if formula == "code" else evaluate(formula, operands, group.parameters, as_of=as_of)
        out[:, group.at] = finished / group.scale
    for at, cuts in plan.banded:
        out[:, at] = band(out[:, at], cuts)
    for at, columns, parameters in plan.placed:
        out[:, at] = nearest(out[:, columns], parameters)
    return out
