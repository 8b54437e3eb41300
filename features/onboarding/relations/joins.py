"""Tables that are read as one: the lines of orders with the orders that they belong to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from features.onboarding.facts.column import Column
from features.onboarding.facts.table import Table
from features.onboarding.relations.containment import contained
from features.onboarding.relations.join import Link, join
from features.onboarding.roles.roles import Roles, roles_of
from features.onboarding.roles.table_names import is_reference

_SOME = 0.5  # of the keys of lines are those of orders
_MOMENTS = ("order_time", "time", "sent_time")
_PEOPLE = ("customer", "email", "phone")
_OF_LINES = (
    *("item", "item_name", "quantity", "line_net", "line_amount", "net", "amount", "total", "subtotal", "gross"),
    *("line_gross", "unit_price", "refund"),
)


def joined(tables: Sequence[Table]) -> list[Table]:
    """The tables, with those that tell customer or moment of an order only together with another one joined to it."""
    rest = list(tables)
    while links := [link for lines in rest for link in _links(lines, rest)]:
        link = max(links, key=lambda link: (not _has_lines(link.lines), link.share))
        rest = [join(link), *(table for table in rest if table not in (link.lines, link.orders))]
    return rest


def _links(lines: Table, tables: Sequence[Table]) -> Iterator[Link]:
    """The orders that a table may belong to: it tells a part of them, and both together tell customer and moment."""
    roles = roles_of(lines)
    if _tells_all(roles) or is_reference(lines) or not roles.get(*_OF_LINES, *_PEOPLE):
        return
    for orders in tables:
        others = roles_of(orders)
        together = any(each.get(*_PEOPLE) for each in (roles, others)) and others.get(*_MOMENTS)
        if orders is lines or is_reference(orders) or not together:
            continue
        for order_key in _keys(orders, others):
            for line_key in _line_keys(lines, roles, order_key):
                share = contained(lines, line_key, orders, order_key)
                if share >= _SOME:
                    yield Link(lines, orders, line_key, order_key, share)


def _has_lines(table: Table) -> bool:
    """Whether a table has several rows an order, or tells what was bought."""
    return roles_of(table).get("item", "item_name", "quantity", "unit_price", "line") is not None


def _tells_all(roles: Roles) -> bool:
    return roles.get(*_PEOPLE) is not None and roles.get(*_MOMENTS) is not None


def _keys(orders: Table, roles: Roles) -> list[Column]:
    """The columns that may name the orders of a table: each row has another value."""
    named = roles.all("order", "row_id")
    free = [column for column in orders.columns.values() if roles.role_of(column) is None and not column.is_time]
    return [column for column in dict.fromkeys([*named, *free]) if column.is_unique]


def _line_keys(lines: Table, roles: Roles, order_key: Column) -> list[Column]:
    """The columns of lines that may hold the orders' key."""
    free = [c for c in lines.columns.values() if roles.role_of(c) is None and not c.is_time and c.decimals == 0]
    alike = [c for c in free if c.name.lower() == order_key.name.lower()]
    return list(dict.fromkeys([*roles.all("order"), *alike, *(c for c in free if not c.is_constant)]))
