"""The feature language: what is aggregated, over which events, in which span.

A feature is finished from integer terms. A term is a measure (sum, least, greatest, first, last, how many distinct) of
the events that meet conditions, over a span of days before ``as_of``. Both evaluators, over frames and over one
customer's record, read these declarations; nothing else says what a feature means.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from features.errors import StamkundError

Op = Literal["sum", "min", "max", "first", "last", "distinct"]
Formula = Literal[
    "amount", "ratio", "change", "since", "until", "deviation", "rhythm", "distance", "scatter", "greatest", "least",
    "stage", "journey", "code", "nearest",
]  # fmt: skip
Unit = Literal["count", "money", "days", "km", "points", "ratio", "share", "band", "code"]
LOWEST, HIGHEST = -(2**63), 2**63 - 1


@dataclass(frozen=True, order=True)
class Condition:
    """A test of one column of an event: a text among ``values``, or an integer with ``low <= it < high``.

    With ``other`` a text that is not among the values. Where the column holds nothing, it is never met.
    """

    column: str
    values: tuple[str, ...] = ()
    other: bool = False
    low: int = LOWEST
    high: int = HIGHEST

    @property
    def one(self) -> str | None:
        """The one value asked for, if the test is for being equal to it."""
        return self.values[0] if len(self.values) == 1 and not self.other else None


Where = tuple[Condition, ...]


def where(**asked: str | Sequence[str] | Condition) -> Where:
    """The conditions that each column has this value, or one of these.

    >>> where(kind="order", category=["Tea", "Coffee"])[0]
    Condition(column='category', values=('Coffee', 'Tea'), other=False, low=-9223372036854775808, ...)
    """
    return tuple(sorted(_condition(column, values) for column, values in asked.items()))


def _condition(column: str, values: str | Sequence[str] | Condition) -> Condition:
    if isinstance(values, Condition):
        return values
    return Condition(column, (values,) if isinstance(values, str) else tuple(sorted(set(values))))


@dataclass(frozen=True, order=True)
class Span:
    """The days ``(as_of − start, as_of − end]``; ``start=None`` reaches back to the first event.

    >>> Span(28).label, Span(56, 28).label, Span(None).label
    ('28d', '56d_to_28d', 'all')
    """

    start: int | None
    end: int = 0

    def __post_init__(self) -> None:
        if self.end < 0 or (self.start is not None and self.start <= self.end):
            message = (
                f"A span reaches from an earlier day to a later one, not from {self.start} to {self.end} days ago."
            )
            raise StamkundError("bad_span", message)

    @property
    def label(self) -> str:
        """The span as feature names spell it."""
        if self.start is None:
            return "all"
        return f"{self.start}d" if not self.end else f"{self.start}d_to_{self.end}d"

    @property
    def text(self) -> str:
        """The span in words."""
        if self.start is None:
            return "so far"
        return f"in the last {self.start} days" if not self.end else f"{self.end} to {self.start} days ago"


@dataclass(frozen=True, order=True)
class Measure:
    """An aggregate of one integer column over the events that meet every condition of ``where``.

    ``first`` and ``last`` are the values of the earliest and latest of those events that hold one. ``distinct`` may
    also look at a column of text; it looks back from ``as_of``, all others over any span.
    """

    op: Op
    column: str
    where: Where = ()


@dataclass(frozen=True, order=True)
class Term:
    """A measure over a span: one integer per customer and moment."""

    measure: Measure
    span: Span

    def __post_init__(self) -> None:
        if self.measure.op == "distinct" and self.span.end:
            raise StamkundError(
                "bad_span", "Different values can be counted up to the moment only, not up to days before."
            )


@dataclass(frozen=True)
class Feature:
    """A named number, finished from terms by a formula; NaN where it is undefined.

    ``amount`` t0 · ``ratio`` t0/t1 · ``change`` t0/t1 of two values that may be missing · ``since`` days from t0 to
    as_of · ``until`` days from as_of to t0 · ``deviation`` standard deviation from sum, sum of squares and count ·
    ``rhythm`` days since t0 over the mean gap t1/t2 · ``distance`` km from the mean place (sums of latitudes and
    longitudes, count) to another (latitude, longitude) · ``scatter`` km of standard deviation around the mean place
    (sums of latitudes, their squares, of longitudes, their squares, count) · ``greatest`` and ``least`` the place in
    the vocabulary of the term that is · ``code`` place of a customer's attribute in its vocabulary · ``stage`` and
    ``journey`` place of the lifecycle stage, and of that on the road to the next order, in its vocabulary, by fitted
    ``parameters`` · ``nearest`` place of the fitted centre that is nearest in the features ``of``. The result is
    divided by ``scale``: money to units of the currency, gaps to days. With ``cuts`` the feature is the band that it
    falls into, from 1.
    """

    name: str
    formula: Formula
    terms: tuple[Term, ...]
    unit: Unit
    text: str
    scale: int = 1
    attribute: str = ""
    vocabulary: tuple[str, ...] = ()
    parameters: tuple[float, ...] = ()
    cuts: tuple[float, ...] = ()
    of: tuple[str, ...] = ()

    def told(self, value: float) -> float | str | None:
        """A value as people and JSON read it: a code as its word, the undefined as None.

        >>> code("age", ("19-24", "25-34")).told(1.0), code("age", ()).told(float("nan"))
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
    named = f"{name}_{span.label}"
    return Feature(named, "amount", (Term(measure, span),), unit, f"{text} {span.text}")


def ratio(name: str, over: Term, under: Term, unit: Unit, text: str) -> Feature:
    """One term over another; undefined when the second is zero."""
    return Feature(name, "ratio", (over, under), unit, text)


def since(name: str, measure: Measure, text: str) -> Feature:
    """Days from a first (``min``) or last (``max``) time to ``as_of``; undefined when it never happened."""
    return Feature(name, "since", (Term(measure, Span(None)),), "days", text)


def code(attribute: str, vocabulary: tuple[str, ...]) -> Feature:
    """A customer's attribute as its place in a sorted vocabulary; undefined when unknown.

    >>> code("age", ("19-24", "25-34")).name
    'age'
    """
    text = attribute.replace("_", " ")
    return Feature(attribute, "code", (), "code", text, attribute=attribute, vocabulary=vocabulary)
