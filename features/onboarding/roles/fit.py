"""Whether the values of a column fit a role, whatever its name says."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from features.onboarding.facts.column import NEARLY_ALL, Column

_AMOUNTS = (
    *("unit_price", "line_amount", "line_net", "line_gross", "amount", "total", "subtotal", "net", "gross", "tax"),
    *("shipping", "discount", "discount_percent", "refund", "cost", "other_amount", "recurring"),
)
NUMBERS = frozenset({*_AMOUNTS, "quantity"})
TIMES = frozenset(
    {
        *(
            "order_time",
            "time",
            "sent_time",
            "updated_time",
            "shipped_time",
            "registered_time",
            "birth",
            "start",
            "end",
        ),
        *("renewal", "refund_time", "ignored_time"),
    }
)
IDS = frozenset(
    {
        *(
            "customer",
            "order",
            "original_order",
            "line",
            "item",
            "row_id",
            "anonymous",
            "session",
            "subscription",
            "ticket",
        ),
        "survey_id",
    }
)
_FEW_STATES, _FEW_KINDS, _FEW_ROWS = 40, 60, 10


def fits(role: str, column: Column) -> bool:
    """Whether a column may have a role, by its values.

    >>> paid = Column("paid", "VARCHAR", 2, 2, 2, numbers=("",))
    >>> fits("amount", paid), fits("time", paid)
    (True, False)
    """
    if not column.present:
        return False
    if role in NUMBERS:
        return column.is_number and not (column.is_boolean and role != "quantity" and column.rows > _FEW_ROWS)
    if role in TIMES:
        return column.is_time
    if role in IDS:
        return _is_id(column)
    return role not in _CHECKS or _CHECKS[role](column)


def _is_id(column: Column) -> bool:
    """Whether its values can name things: no days, no fractions, no long texts."""
    return not (column.is_time and not column.is_number) and column.decimals == 0 and column.longest <= 200


def _is_moment_or_flag(column: Column) -> bool:
    return column.is_time or column.is_boolean


_CHECKS: Mapping[str, Callable[[Column], bool]] = {
    "email": lambda column: column.emails >= 0.5 * column.present,
    "currency": lambda column: column.is_currency,
    "status": lambda column: column.distinct <= _FEW_STATES and column.has_few and not column.is_time,
    "kind": lambda column: column.distinct <= _FEW_KINDS and column.has_few and not column.is_time,
    "cancel": _is_moment_or_flag,
    "test": lambda column: column.is_boolean,
    "open_time": _is_moment_or_flag,
    "click_time": _is_moment_or_flag,
    "unsubscribe_time": _is_moment_or_flag,
    "rating": lambda column: column.is_number and (column.low or 0) >= -1 and (column.high or 0) <= 100,
    "scale": lambda column: column.distinct <= _FEW_STATES and not column.is_time,
    "timezone": lambda column: column.distinct <= _FEW_STATES and not column.is_number,
}


def is_mostly_full(column: Column) -> bool:
    """Whether nearly every row has a value of it."""
    return column.present >= NEARLY_ALL * column.rows
