"""Whole numbers of which no name tells whether they are ids, pieces or amounts."""

from __future__ import annotations

from features.onboarding.facts.column import Column
from features.onboarding.facts.table import Table
from features.onboarding.roles.ids import is_written_as_id, unnamed
from features.onboarding.roles.numbers import AMOUNTS
from features.onboarding.roles.roles import Roles

SMALL = 12  # whole numbers up to this may well count pieces, or grades


def with_amount(table: Table, roles: Roles, sureness: float) -> Roles:
    """The roles; where no column is left to tell the amount, one of those that might be ids or pieces tells it."""
    if roles.get(*AMOUNTS) is not None:
        return roles
    candidates = [column for column in _unsure(table, roles) if not is_written_as_id(column) and is_large(column)]
    best = max(candidates, key=lambda column: column.distinct, default=None)
    return roles if best is None else roles.moving(best, "amount", sureness)


def is_large(column: Column) -> bool:
    """Whether whole numbers are more than the pieces of a thing that are bought at once."""
    return (column.high or 0) > SMALL


def _unsure(table: Table, roles: Roles) -> list[Column]:
    """The columns of whole numbers without a name, but for the likeliest customer."""
    guessed = [column for role in ("customer", "order") for column in roles.all(role) if roles.is_guess(role, column)]
    found = [column for column in (*guessed, *unnamed(table, roles)) if column is not roles.get("customer")]
    return [column for column in found if column.is_whole and not (column.is_time or column.is_duration)]
