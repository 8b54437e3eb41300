"""Features: named numbers, each finished from terms by a formula."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from features.language.attributes import Attribute, Reading
from features.language.terms import Measure, Span, Term

Formula = Literal[
    "amount", "ratio", "change", "since", "until", "deviation", "wide_deviation", "rhythm", "distance", "scatter",
    "greatest", "least", "stage", "journey", "attribute", "nearest",
]  # fmt: skip
Unit = Literal["count", "money", "days", "km", "points", "ratio", "share", "band", "code", "number"]


@dataclass(frozen=True)
class Feature:
    """A named number, finished from terms by a formula; NaN where it is undefined.

    The formulas, by the terms t0, t1, … that they read:

    * ``amount`` t0; ``ratio`` t0/t1; ``change`` t0/t1 of two values that may both be missing
    * ``since`` days from t0 to ``as_of``; ``until`` days from ``as_of`` to t0
    * ``deviation``, ``wide_deviation``: see their operands in :mod:`features.language.formulas.deviation`
    * ``rhythm``: see its operands in :mod:`features.language.formulas.evaluation`
    * ``distance``, ``scatter``: see their operands in :mod:`features.language.formulas.geography`
    * ``greatest``, ``least``: the place in the ``vocabulary`` of the term that is the greatest or the least
    * ``stage``, ``journey``: the place of the stage in the vocabulary, by ``parameters``: see
      :mod:`features.language.formulas.stages`
    * ``attribute``: what the customer's ``attribute`` comes to: see :mod:`features.language.attributes`
    * ``nearest``: the place of the centre (in ``parameters``) that is nearest in the features ``inputs``

    The result is divided by ``scale``, which turns minor units into units of the currency and minutes into days. With
    ``cuts`` the feature is the number of the band that the result falls into, from 1.
    """

    name: str
    formula: Formula
    terms: tuple[Term, ...]
    unit: Unit
    text: str
    scale: int = 1
    attribute: Attribute | None = None
    vocabulary: tuple[str, ...] = ()
    parameters: tuple[float, ...] = ()
    cuts: tuple[float, ...] = ()
    inputs: tuple[str, ...] = ()

    def display(self, value: float) -> float | str | None:
        """A value as people and JSON read it: a code as its word, an undefined value as None.

        >>> code("age", ("19-24", "25-34")).display(1.0), code("age", ()).display(float("nan"))
        ('25-34', None)
        """
        if math.isnan(value):
            return None
        return self.vocabulary[int(value)] if self.vocabulary else float(value)


def amount(name: str, measure: Measure, span: Span, unit: Unit, text: str) -> Feature:
    """One term as it is.

    >>> amount("orders", Measure("sum", "opening"), Span(28), "count", "orders").name
    'orders_28d'
    """
    return Feature(f"{name}_{span.label}", "amount", (Term(measure, span),), unit, f"{text} {span.text}")


def ratio(name: str, dividend: Term, divisor: Term, unit: Unit, text: str) -> Feature:
    """One term over another; undefined when the divisor is zero."""
    return Feature(name, "ratio", (dividend, divisor), unit, text)


def since(name: str, measure: Measure, text: str) -> Feature:
    """Days from a first (``min``) or last (``max``) time to ``as_of``; undefined when it never happened."""
    return Feature(name, "since", (Term(measure, Span(None)),), "days", text)


def code(attribute: str, vocabulary: tuple[str, ...]) -> Feature:
    """A word of the table of customers as its place in a sorted vocabulary; undefined when unknown.

    >>> code("age", ("19-24", "25-34")).name
    'age'
    """
    return of_attribute(Attribute(attribute, vocabulary=vocabulary))


def of_attribute(attribute: Attribute) -> Feature:
    """An attribute as a feature; undefined when unknown.

    >>> of_attribute(Attribute("signed_up", reading="date")).name
    'days_since_signed_up'
    """
    name, text = attribute.name, attribute.name.replace("_", " ")
    names: Mapping[Reading, tuple[str, Unit, str]] = {
        "word": (name, "code", text),
        "number": (name, "number", text),
        "date": (f"days_since_{name}", "days", f"days since {text}, negative before it"),
        "change": (f"{name}_change", "number", f"{text} less that of the snapshot before"),
    }
    name, unit, text = names[attribute.reading]
    return Feature(name, "attribute", (), unit, text, attribute=attribute, vocabulary=attribute.vocabulary)
