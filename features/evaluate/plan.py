"""A plan: a set of features made ready to evaluate, with the terms to compute and the places where each is read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features.arrays import Floats, Ints
from features.language.feature import Feature, Formula
from features.language.terms import LOWEST, Measure, Term
from features.units import DAY


@dataclass(frozen=True)
class Group:
    """Features of one formula with one number of terms, which are finished together.

    ``operands`` is the range of their terms among :attr:`Plan.operands`, ``shape`` is (terms a feature, features), and
    ``parameters`` ``[parameter, feature, 1]`` are fitted.
    """

    formula: Formula
    operands: slice
    shape: tuple[int, int]
    parameters: Floats

    @cached_property
    def parameters_by_feature(self) -> list[list[float]]:
        """The parameters as plain numbers, for one customer."""
        numbers: list[list[float]] = self.parameters[:, :, 0].T.tolist()
        return numbers


@dataclass(frozen=True)
class Plan:
    """Features with every index worked out once, so that evaluation is a few array operations.

    ``timezone`` is the zone whose days, weeks and evenings they tell of.
    """

    features: tuple[Feature, ...]
    timezone: str = "UTC"

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """Every term once."""
        return tuple(sorted({t for f in self.features for t in f.terms}, key=_term_key))

    @cached_property
    def fingerprint(self) -> str:
        """Sixteen hex digits that change when any term or the time zone does."""
        return hashlib.sha256(repr((self.terms, self.timezone)).encode()).hexdigest()[:16]

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        """Every measure once."""
        return tuple(dict.fromkeys(t.measure for t in self.terms))

    @cached_property
    def offsets(self) -> Ints:
        """How long before ``as_of`` the spans start and end, in µs, furthest first; the last is 0."""
        return np.array(sorted({0} | {o for t in self.terms for o in span_offsets(t)}, reverse=True), dtype=np.int64)

    @cached_property
    def attribute_features(self) -> tuple[Feature, ...]:
        """The features that are attributes of the customer."""
        return tuple(f for f in self.features if f.formula == "attribute")

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The features of each formula, in the order in which they are finished."""
        groups, start = [], 0
        for (formula, count), at in self._places_by_formula.items():
            parameters = np.array([self.features[i].parameters for i in at], dtype=np.float64).T
            end = start + count * len(at)
            groups.append(Group(formula, slice(start, end), (count, len(at)), parameters[:, :, None]))
            start = end
        return tuple(groups)

    @cached_property
    def operands(self) -> Ints:
        """The place of each term that formulas read, group by group: one gather brings all operands."""
        place = {term: i for i, term in enumerate(self.terms)}
        rows = [
            place[self.features[i].terms[n]]
            for (_, count), at in self._places_by_formula.items()
            for n in range(count)
            for i in at
        ]
        return np.array(rows, dtype=np.int64)

    @cached_property
    def _places_by_formula(self) -> dict[tuple[Formula, int], list[int]]:
        """The places of the features by formula and number of terms."""
        places: dict[tuple[Formula, int], list[int]] = {}
        for i, feature in enumerate(self.features):
            if feature.formula not in ("attribute", "nearest"):
                places.setdefault((feature.formula, len(feature.terms)), []).append(i)
        return places

    @cached_property
    def scale(self) -> Floats:
        """``[feature, 1]``: what each is divided by."""
        return np.array([f.scale for f in self.features], dtype=np.float64).reshape(-1, 1)

    @cached_property
    def order(self) -> Ints:
        """Where each feature lies among the finished rows: attributes, then group by group, then those of centres."""
        finished = [self.features.index(f) for f in self.attribute_features]
        finished += [i for at in self._places_by_formula.values() for i in at] + [at for at, *_ in self.nearest]
        return np.argsort(finished)

    @cached_property
    def nearest(self) -> tuple[tuple[int, Ints, Floats], ...]:
        """The features that compare others with centres: their place, the places of their inputs, their parameters."""
        place = {f.name: i for i, f in enumerate(self.features)}
        return tuple(
            (
                i,
                np.array([place[name] for name in f.inputs], dtype=np.int64),
                np.array(f.parameters, dtype=np.float64).reshape(-1, len(f.inputs)),
            )
            for i, f in enumerate(self.features)
            if f.formula == "nearest"
        )

    @cached_property
    def bands(self) -> tuple[tuple[int, Floats], ...]:
        """The features that are bands: their place and their cuts."""
        return tuple((i, np.array(f.cuts)) for i, f in enumerate(self.features) if f.cuts)


def span_offsets(term: Term) -> tuple[int, ...]:
    """How long before ``as_of`` a term's span ends and, unless it is all history, starts; in µs.

    >>> from features.language.terms import Span
    >>> span_offsets(Term(Measure("sum", "one"), Span(2, 1))) == (DAY, 2 * DAY)
    True
    """
    end, start = term.span.end * DAY, term.span.start
    return (end,) if start is None else (end, start * DAY)


def _term_key(term: Term) -> tuple[Measure, int, int]:
    return term.measure, LOWEST if term.span.start is None else term.span.start, term.span.end
