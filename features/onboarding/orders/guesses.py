"""Amounts that no name tells: what is asked about a column whose values are as amounts are."""

from __future__ import annotations

from collections.abc import Iterator

from features.onboarding.facts.column import Column
from features.onboarding.facts.question import Question
from features.onboarding.facts.table import Table
from features.onboarding.roles.ids import unnamed
from features.onboarding.roles.numbers import is_quantity
from features.onboarding.roles.roles import Roles


def guessed_amount(table: Table, roles: Roles, amount: Column, settings: list[str]) -> Question:
    """The question about a column that is taken for the amount; the settings of other amounts are answers, too."""
    text = f"no column is named as an amount; {amount.name} holds numbers as amounts are"
    if amount.is_unique and amount.is_whole:
        text += ", or ids of orders"
    options = [f"value: {setting}" for setting in settings]
    return Question("amount", text, [*options, *_others(table, roles, amount)], "columns.value")


def unknown_amount(table: Table, roles: Roles) -> list[Question]:
    """The question about the amount where no column is taken for it, though some could tell it."""
    names = [column.name for column in table.columns.values() if _may_tell(roles, column)]
    if not names:
        return []
    text = f"no column is known as the amount: is it {', '.join(names[:4])}?"
    return [Question("amount", text, ["(no amount)", *(f"value: {name}" for name in names[:4])], "columns.value")]


def _others(table: Table, roles: Roles, amount: Column) -> Iterator[str]:
    """What else it could be: the price of a piece, or the order's id."""
    for column in unnamed(table, roles):
        if is_quantity(column) and not column.is_constant:
            yield f"value: {column.sql} * {amount.sql}"
    if amount.is_unique and amount.is_whole:
        yield f"order_id: {amount.name}"


def _may_tell(roles: Roles, column: Column) -> bool:
    """Whether a column tells numbers that may be amounts: fractions, or whole ones of which no name tells what."""
    role = roles.role_of(column)
    if not column.is_number or column.is_time or column is roles.get("customer"):
        return False
    guess = not all(column.meaning) if role is None else roles.is_guess(role, column)
    return column.decimals > 0 or guess
