"""Roles that no name speaks of, told from values: how they repeat, how they are written, what calculates to what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from features.onboarding.facts.column import Column
from features.onboarding.facts.table import Table
from features.onboarding.knowledge.value_words import kind, scale_in_name, state
from features.onboarding.roles.dependence import decides, decides_daily
from features.onboarding.roles.ids import OFTEN, comes_in_runs, counts_up, id_columns, is_written_as_id, unnamed
from features.onboarding.roles.numbers import is_quantity, number_roles
from features.onboarding.roles.roles import Roles
from features.onboarding.roles.table_names import is_reference
from features.onboarding.roles.whole_numbers import is_large, with_amount

BY_SHAPE = 0.4  # how sure a role is that only the shape of its values tells
_TOLD_KINDS = frozenset({"order", "refund", "view", "visit", "cart", "contact", "open", "click"})
_HIGHEST_RATING = 10
_FEWEST = 3  # customers


def with_shapes(table: Table, roles: Roles) -> Roles:
    """The roles, with those of columns whose names say nothing, as far as their values tell them."""
    if is_reference(table):
        return roles
    happened = any(column.is_time for column in table.columns.values())
    for find in (_words, _order, _customer, _item, number_roles) if happened else (_words, _customer):
        for role, column in find(table, roles):
            roles = roles.adding(role, column, BY_SHAPE)
    return with_amount(table, roles, BY_SHAPE) if happened else roles


def _words(table: Table, roles: Roles) -> Iterator[tuple[str, Column]]:
    """Columns whose words are known: addresses, currencies, states, kinds."""
    for column in unnamed(table, roles):
        if _is_rating(column) and not roles.get("rating"):
            yield "rating", column
        words = list(column.common) if column.has_few and not column.is_number else []
        states = {state(word) for word in words}
        if column.is_email and not roles.all("customer", "email"):
            yield "email", column
        elif (
            words
            and column.is_currency
            and all(word.isupper() and len(word) == 3 for word in words)
            and not roles.get("currency")
        ):
            yield "currency", column
        elif words and None not in states and states & {"cancelled", "refunded"}:
            yield "status", column
        elif _tells_kinds(words) and not roles.get("kind"):
            yield "kind", column


def _is_rating(column: Column) -> bool:
    """Whether a column's name asks what ratings answer, and its values are small whole numbers."""
    small = column.is_whole and (column.low or 0) >= 0 and (column.high or 0) <= _HIGHEST_RATING
    return small and scale_in_name(column.name) is not None


def _tells_kinds(words: Sequence[str]) -> bool:
    """Whether most words tell kinds of events, and several."""
    known = [meaning for word in words if (meaning := kind(word)) is not None]
    return len(set(known) & _TOLD_KINDS) >= 2 and len(known) * 2 > len(words)


def _order(table: Table, roles: Roles) -> Iterator[tuple[str, Column]]:
    """The column that names orders: its values are all different, or they come in runs of lines."""
    if roles.get("order"):
        return
    ids = id_columns(table, roles)
    runs = [column for column in ids if comes_in_runs(table, column)]
    unique = [column for column in ids if column.is_unique and (not column.is_number or counts_up(table, column))]
    if runs:
        yield "order", max(runs, key=lambda column: column.distinct)
    elif unique:
        yield "order", unique[0]


def _customer(table: Table, roles: Roles) -> Iterator[tuple[str, Column]]:
    """The columns that may name customers: they come again, and each order has only one of them."""
    keys = roles.all("item", "campaign", "offer", "subscription")
    if roles.system is not None:  # its columns are known, and none is the customer's
        return
    if roles.get("customer", "email", "phone", "person", "anonymous") or any(column.is_unique for column in keys):
        return
    order = roles.get("order")
    candidates = [
        column for column in id_columns(table, roles)
        if column is not order and column.distinct >= _FEWEST and column.distinct * OFTEN <= table.rows
        and (order is None or order.is_unique or decides_daily(table, order, column))
    ]  # fmt: skip
    candidates.sort(key=lambda column: (not is_written_as_id(column), -column.distinct))
    candidates = [column for column in candidates if not column.is_whole or is_large(column)] or candidates[:1]
    for column in candidates:
        if column.distinct >= candidates[0].distinct / 4:
            yield "customer", column


def _item(table: Table, roles: Roles) -> Iterator[tuple[str, Column]]:
    """The column that names what is bought: it differs within orders, and comes again in others."""
    order = roles.get("order")
    if roles.get("item", "item_name") or order is None or order.is_unique:
        return
    candidates = [
        column for column in id_columns(table, roles)
        if column is not order and column not in roles.all("customer") and column.distinct * OFTEN <= table.rows
        and column.distinct >= 2 and not decides(table, order, column) and not is_quantity(column)
    ]  # fmt: skip
    if candidates:
        yield "item", max(candidates, key=lambda column: column.distinct)
