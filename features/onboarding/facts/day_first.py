"""Whether days stand before months in a table: one column that shows it speaks for the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from features.onboarding.facts.column import Column


def agreeing(columns: Mapping[str, Column]) -> Mapping[str, Column]:
    """The columns; those that fit formats of both orders keep those of the order that another column shows."""
    shown = {is_day_first(column.times[0]) for column in columns.values() if len(column.times) == 1} - {None}
    if len(shown) != 1:
        return columns
    (order,) = shown
    return {name: _of_order(column, day_first=bool(order)) for name, column in columns.items()}


def is_day_first(form: str) -> bool | None:
    """Whether a format has the day before the month as numbers; None where it shows neither.

    >>> is_day_first("%d/%m/%Y"), is_day_first("%m-%d-%y"), is_day_first("%Y-%m-%d")
    (True, False, None)
    """
    if not form.startswith(("%d", "%m")) or "%d" not in form or "%m" not in form:
        return None
    return form.startswith("%d")


def _of_order(column: Column, *, day_first: bool) -> Column:
    kept = tuple(form for form in column.times if is_day_first(form) in {None, day_first})
    return replace(column, times=kept) if len(column.times) > 1 and kept else column
