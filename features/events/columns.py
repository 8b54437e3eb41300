"""The canonical columns of an event that are integers, those that are decimals and become integers, and the texts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Protocol, Self, TypeVar, cast, overload

# Canonical columns that are integers, and by how much those are multiplied that have decimals.
INTEGERS = ("time", "order_line", "value", "discount", "cost", "renews_at", "known_at")
MULTIPLIERS: Mapping[str, int] = {"quantity": 1000, "rating": 1000, "latitude": 10_000, "longitude": 10_000}
NUMBERS = (*INTEGERS, *MULTIPLIERS)
LARGEST = 10**12  # of decimals; with four of their decimals they are integers of 64 bits
WIDE = ("value", "discount", "cost", "quantity", "rating")  # amounts, whose squares may need more than 64 bits
EVENT_ORDER = ("time", "event_id", "source")  # of a customer's events; what an event is known by decides at equal times
# The texts of an event: what it is known by, its kind, and what conditions may ask about.
TEXTS = (
    "event_id", "source", "kind", "channel", "category", "order_id", "item_id", "campaign_id", "offer_id", "scale",
    "session_id", "subscription_id", "ticket_id",
)  # fmt: skip


class DecimalColumn(Protocol):
    """What the expressions of Polars and of Narwhals have in common where they are of decimals."""

    def __mul__(self, other: int, /) -> Self: ...
    def __add__(self, other: float, /) -> Self: ...
    def floor(self) -> Self:
        """Each value rounded down."""


Expression = TypeVar("Expression", bound=DecimalColumn)


@overload
def scaled(column: str, values: float) -> int: ...
@overload
def scaled(column: str, values: Expression) -> Expression: ...
def scaled(column: str, values: float | Expression) -> int | Expression:
    """Decimals of a column times its multiplier, rounded half up: one number, or an expression of Polars or Narwhals.

    An expression stays one of decimals, to be cast to 64-bit integers.

    >>> scaled("rating", 4.5), scaled("quantity", 0.0005), scaled("latitude", -0.00005)
    (4500, 1, 0)
    """
    raised = values * MULTIPLIERS[column] + 0.5
    return math.floor(raised) if isinstance(raised, float) else raised.floor()


def order_of(event: Mapping[str, object]) -> tuple[int, str, str]:
    """What orders an event among those of its customer: its :data:`EVENT_ORDER`; an absent source is empty.

    >>> order_of({"event_id": "a", "time": 1})
    (1, 'a', '')
    """
    time, event_id, source = map(event.get, EVENT_ORDER)
    return cast(int, time), cast(str, event_id), cast(str, source or "")


def integer_of(column: str, value: object) -> int | None:
    """A canonical value as the integer it is computed with.

    >>> integer_of("rating", 4.5), integer_of("value", 1250), integer_of("cost", None)
    (4500, 1250, None)
    """
    if value is None:
        return None
    if column not in MULTIPLIERS:
        return int(value)  # type: ignore[call-overload, no-any-return]
    return scaled(column, float(value))  # type: ignore[arg-type]
