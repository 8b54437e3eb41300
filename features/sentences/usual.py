"""What is usual for a customer: the same figure over all their history, found among a model's other features."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from features.arrays import Floats
from features.language.defaults.orders import FIRST_ORDER, GAP, GAPS, LAST_ORDER, ORDER
from features.language.feature import Feature
from features.language.terms import Measure, Span, Term
from features.sentences.nouns import parted

Row = Floats | Sequence[float]
Usual = Callable[[Row], float]  # of one customer's row of features; NaN where nothing is usual yet
EVER = Span(None)
_RATIOS = ("money", "ratio", "days", "share")


class Companions:
    """The features that a model reads, found by what they measure.

    ``places`` are those of the features' names in the model's rows.
    """

    def __init__(self, features: Sequence[Feature], places: Mapping[str, int]) -> None:
        self._places = {
            (f.formula, f.terms): places[f.name] for f in features if f.terms and not f.cuts and f.name in places
        }
        self._age = self._places.get(("since", (Term(FIRST_ORDER, EVER),)))
        self._gap = self._places.get(("ratio", (Term(GAP, EVER), Term(GAPS, EVER))))

    def usual(self, feature: Feature) -> Usual | None:
        """How to tell what is usual beside a feature; None where the model reads nothing that tells."""
        if feature.cuts:
            return None
        if feature.formula in ("ratio", "deviation", "wide_deviation") and feature.unit in _RATIOS:
            return self._over_all_history(feature)
        if feature.formula == "amount" and feature.terms[0].measure.op == "sum":
            return self._rate(feature.terms[0])
        is_gap = feature.formula == "amount" and feature.terms[0].measure == Measure("last", "gap", ORDER)
        is_silence = feature.formula == "since" and feature.terms[0].measure == LAST_ORDER
        return _at(self._gap) if is_gap or is_silence else None

    def _over_all_history(self, feature: Feature) -> Usual | None:
        spans = {term.span for term in feature.terms}
        if spans == {EVER} or len(spans) > 1:
            return None
        return _at(self._places.get((feature.formula, tuple(replace(term, span=EVER) for term in feature.terms))))

    def _rate(self, term: Term) -> Usual | None:
        """How much falls on so many days since the first order; of who is new, nothing is usual yet."""
        total, age = self._places.get(("amount", (replace(term, span=EVER),))), self._age
        start, end = term.span.start, term.span.end
        if start is None or total is None or age is None or "order" not in parted(term.measure.where)[0]:
            return None

        def rate(row: Row) -> float:
            days = float(row[age])
            return float(row[total]) / days * (start - end) if days >= 2 * start else float("nan")

        return rate


def _at(place: int | None) -> Usual | None:
    return None if place is None else lambda row: float(row[place])
