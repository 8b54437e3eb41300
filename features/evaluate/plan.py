"""A set of features made ready to evaluate: which terms to take, and how each feature is finished from them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features.arrays import Floats, Ints
from features.language.feature import Feature, Formula
from features.language.formulas import band, evaluate, evaluate_one, nearest
from features.language.terms import LOWEST, Measure, Term
from features.units import DAY

FEW = 4  # features of a formula, up to which one customer's are computed one by one


@dataclass(frozen=True)
class Group:
    """Features of one formula and as many terms: which terms, and their fitted parameters.

    ``operands`` is where their terms lie among all operands, ``shape`` how many terms each has and how many they are.
    """

    formula: Formula
    operands: slice
    shape: tuple[int, int]
    parameters: Floats


@dataclass(frozen=True)
class Plan:
    """The features with every index worked out once, so that evaluation is a few array operations."""

    features: tuple[Feature, ...]

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """Every term once."""
        return tuple(sorted({t for f in self.features for t in f.terms}, key=_term_key))

    @cached_property
    def fingerprint(self) -> str:
        """Sixteen hex digits that change when any term does."""
        return hashlib.sha256(repr(self.terms).encode()).hexdigest()[:16]

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        """Every measure once."""
        return tuple(dict.fromkeys(t.measure for t in self.terms))

    @cached_property
    def offsets(self) -> Ints:
        """How long before ``as_of`` the spans start and end, in µs, furthest first; the last is 0."""
        return np.array(sorted({0} | {o for t in self.terms for o in edges(t)}, reverse=True), dtype=np.int64)

    @cached_property
    def coded(self) -> tuple[Feature, ...]:
        """Features that are attributes."""
        return tuple(f for f in self.features if f.formula == "code")

    def codes(self, attributes: Mapping[str, object]) -> Floats:
        """``[feature, 1]``: one customer's attribute codes, NaN where unknown or not in the vocabulary."""
        places = ((f.vocabulary, attributes.get(f.attribute)) for f in self.coded)
        codes = [float(v.index(value)) if value in v else np.nan for v, value in places]
        return np.array(codes, dtype=np.float64).reshape(-1, 1)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The features of each formula, finished in one go."""
        groups, start = [], 0
        for (formula, count), at in self._alike.items():
            parameters = np.array([self.features[i].parameters for i in at], dtype=np.float64).T
            end = start + count * len(at)
            groups.append(Group(formula, slice(start, end), (count, len(at)), parameters[:, :, None]))
            start = end
        return tuple(groups)

    @cached_property
    def operands(self) -> Ints:
        """The places of the terms that the formulas read, group by group, in one gather."""
        place = {term: i for i, term in enumerate(self.terms)}
        rows = [
            place[self.features[i].terms[n]] for (_, count), at in self._alike.items() for n in range(count) for i in at
        ]
        return np.array(rows, dtype=np.int64)

    @cached_property
    def _alike(self) -> dict[tuple[Formula, int], list[int]]:
        """The places of the features by formula and number of terms."""
        alike: dict[tuple[Formula, int], list[int]] = {}
        for i, feature in enumerate(self.features):
            if feature.formula not in ("code", "nearest"):
                alike.setdefault((feature.formula, len(feature.terms)), []).append(i)
        return alike

    @cached_property
    def scale(self) -> Floats:
        """``[feature, 1]``: what each is divided by."""
        return np.array([f.scale for f in self.features], dtype=np.float64).reshape(-1, 1)

    @cached_property
    def order(self) -> Ints:
        """Where each feature lies among those made: attributes, then group by group, then those that are placed."""
        made = [self.features.index(f) for f in self.coded]
        made += [i for at in self._alike.values() for i in at] + [at for at, *_ in self.placed]
        return np.argsort(made)

    @cached_property
    def placed(self) -> tuple[tuple[int, Ints, Floats], ...]:
        """The features that compare other features with centres: where they go, what they look at, the parameters."""
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
    def banded(self) -> tuple[tuple[int, Floats], ...]:
        """The features that are told as bands: where they go, and their cuts."""
        return tuple((i, np.array(f.cuts)) for i, f in enumerate(self.features) if f.cuts)


def edges(term: Term) -> tuple[int, ...]:
    """How long before ``as_of`` a term's span ends and, if it does, starts; in µs.

    >>> from features.language.terms import Span
    >>> edges(Term(Measure("sum", "one"), Span(2, 1))) == (DAY, 2 * DAY)
    True
    """
    end, start = term.span.end * DAY, term.span.start
    return (end,) if start is None else (end, start * DAY)


def _term_key(term: Term) -> tuple[Measure, int, int]:
    return term.measure, LOWEST if term.span.start is None else term.span.start, term.span.end


def finish(plan: Plan, terms: Ints, codes: Floats, *, as_of: int) -> Floats:
    """The features ``[feature, row]`` from terms ``[term, row]``: where integers become features, for both evaluators.

    ``codes[coded, row]`` are the attributes' places in their vocabularies.
    """
    operands, rows = terms[plan.operands].astype(np.float64), terms.shape[1]
    made = [codes]
    for group in plan.groups:
        taken = operands[group.operands]
        if rows == 1 and group.shape[1] <= FEW:
            made.append(_one_by_one(group, taken, as_of))
        else:
            taken = taken.reshape(*group.shape, rows)
            made.append(evaluate(group.formula, taken, group.parameters, as_of=as_of))
    made.append(np.empty((len(plan.placed), rows)))
    out: Floats = np.concatenate(made)[plan.order]
    out /= plan.scale
    for at, cuts in plan.banded:
        out[at] = band(out[at], cuts)
    for at, columns, parameters in plan.placed:
        out[at] = nearest(np.ascontiguousarray(out[columns].T), parameters)
    np.copyto(out, np.nan, where=np.isnan(out))  # one NaN: the sign of an undefined value differs by road and machine
    return out


def _one_by_one(group: Group, operands: Floats, as_of: int) -> Floats:
    """The same formulas from plain numbers: faster than arrays when there are few."""
    _, size = group.shape
    numbers, parameters = operands[:, 0].tolist(), group.parameters[:, :, 0].T.tolist()
    found = [evaluate_one(group.formula, numbers[i::size], parameters[i], as_of=as_of) for i in range(size)]
    return np.array(found).reshape(-1, 1)
