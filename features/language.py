"""The feature language: what is aggregated, over which events, in which span.

A feature is finished from integer terms. A term is a measure (count, sum, earliest, latest, distinct) of the events
that meet a condition, over a span of days before ``as_of``. Both evaluators, over frames and over one customer's
record, read these declarations; nothing else says what a feature means.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol, Self

from features.units import DAY, HOUR

Op = Literal["sum", "min", "max", "distinct"]
Formula = Literal["amount", "ratio", "since", "deviation", "rhythm", "stage", "code", "nearest"]
Unit = Literal["count", "money", "days", "ratio", "share", "band", "code"]
Where = tuple[tuple[str, str], ...]


class Arithmetic(Protocol):
    """What a frame expression and a NumPy array have in common."""

    def __floordiv__(self, other: int, /) -> Self: ...
    def __mod__(self, other: int, /) -> Self: ...
    def __add__(self, other: int, /) -> Self: ...
    def __mul__(self, other: int, /) -> Self: ...


# Integers that an event carries, by name, from its canonical columns; weeks start on Monday, hours are UTC.
# Gap columns hold the minutes since the customer's previous order; they exist on the first line of an order only.
COLUMNS: dict[str, Callable[[Callable[[str], Arithmetic]], object]] = {
    "one": lambda c: c("time") * 0 + 1,
    "opening": lambda c: c("order_line") == 1,
    "value": lambda c: c("value"),
    "discount": lambda c: c("discount"),
    "time": lambda c: c("time"),
    "morning": lambda c: (c("order_line") == 1) & (c("time") // HOUR % 24 < 12),  # type: ignore[operator]
    "evening": lambda c: (c("order_line") == 1) & (c("time") // HOUR % 24 >= 18),  # type: ignore[operator]
    "weekend": lambda c: (c("order_line") == 1) & ((c("time") // DAY + 3) % 7 >= 5),  # type: ignore[operator]
    "day": lambda c: c("time") // DAY,
}
GAP_COLUMNS: dict[str, Callable[[Callable[[str], Arithmetic]], object]] = {
    "gap": lambda c: c("gap"),
    "gap_one": lambda c: c("gap") * 0 + 1,
    "gap_squared": lambda c: c("gap") * c("gap"),  # type: ignore[operator]
}


@dataclass(frozen=True, order=True)
class Span:
    """The days ``(as_of − start, as_of − end]``; ``start=None`` reaches back to the first event.

    >>> Span(28).label, Span(56, 28).label, Span(None).label
    ('28d', '56d_to_28d', 'all')
    """

    start: int | None
    end: int = 0

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

    ``min``, ``max`` and ``distinct`` look back from ``as_of``; only ``sum`` may be taken over a span that ends earlier.
    """

    op: Op
    column: str
    where: Where = ()


@dataclass(frozen=True, order=True)
class Term:
    """A measure over a span: one integer per customer and moment."""

    measure: Measure
    span: Span


@dataclass(frozen=True)
class Feature:
    """A named number, finished from terms by a formula; NaN where it is undefined.

    ``amount`` t0 · ``ratio`` t0/t1 · ``since`` days from t0 to as_of · ``deviation`` standard deviation from sum, sum
    of squares and count · ``rhythm`` days since t0 over the mean gap t1/t2 · ``code`` place of a customer's attribute
    in its vocabulary · ``stage`` place of the lifecycle stage in its vocabulary, by fitted ``parameters`` · ``nearest``
    place of the fitted centre that is nearest in the features ``of``. The result is divided by ``scale``: money to
    units of the currency, gaps to days. With ``cuts`` the feature is the band that it falls into, from 1.
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
