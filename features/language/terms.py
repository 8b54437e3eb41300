"""Terms: what is aggregated, over which events, in which span. Features are finished from them.

A term is a measure (sum, least, greatest, first, last, number of distinct values) of the events that meet conditions,
over a span of days before ``as_of``. Both evaluators, over frames and over one customer's record, read these
declarations; nothing else says what a feature means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from features.errors import StamkundError
from features.texts.catalogue import text

Op = Literal["sum", "min", "max", "first", "last", "distinct"]
LOWEST, HIGHEST = -(2**63), 2**63 - 1  # the bounds of a condition that has none
# What an aggregate over no event is.
NEVER = LOWEST  # the latest time, the greatest or last value
UNBORN = HIGHEST  # the earliest time, the least value


@dataclass(frozen=True, order=True)
class Condition:
    """A test of one column of an event: its text is among ``values``, or its integer ``x`` has ``low <= x < high``.

    With ``negated`` the text is not among the values. An event whose column is empty never meets the condition.
    """

    column: str
    values: tuple[str, ...] = ()
    negated: bool = False
    low: int = LOWEST
    high: int = HIGHEST

    @property
    def single_value(self) -> str | None:
        """The value that the text must equal, None when the condition allows several values."""
        return self.values[0] if len(self.values) == 1 and not self.negated else None


Where = tuple[Condition, ...]


def where(**columns: str | Sequence[str] | Condition) -> Where:
    """The conditions that each column holds the value given for it, or one of the values.

    >>> where(kind="order", category=["Tea", "Coffee"])[0]
    Condition(column='category', values=('Coffee', 'Tea'), negated=False, low=-9223372036854775808, ...)
    """
    return tuple(sorted(_condition(column, values) for column, values in columns.items()))


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
        return self.text_in("en")

    def text_in(self, language: str) -> str:
        """The span in the words of a language."""
        last = "span.last.one" if self.start == 1 else "span.last"
        code = "span.all" if self.start is None else "span.between" if self.end else last
        return text(code, language, start=self.start, end=self.end)


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
