"""Tables that tell of an order what happened to it, and not whose it is: their customers, by way of the orders."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from collections.abc import Iterator, Sequence

from features import sql
from features.onboarding.facts.column import Column
from features.onboarding.facts.table import Table
from features.onboarding.meaning.signs import Signs
from features.onboarding.relations.containment import contained
from features.onboarding.roles.roles import roles_of

_MOST = 0.8  # of the orders that rows are about are known


def with_customers_of_orders(tables: Sequence[Table]) -> list[Table]:
    """The tables, those of answers about orders with the customer of each; others as they are."""
    return [_with_customers(table, tables) if _asks_by_order(table) else table for table in tables]


def _asks_by_order(table: Table) -> bool:
    """Whether rows are answers at a moment that name an order and nobody."""
    signs = Signs(table, roles_of(table))
    return signs.who is None and signs.when is not None and signs.has("order") and signs.has("rating")


def _with_customers(table: Table, tables: Sequence[Table]) -> Table:
    """A table with the column that names the customer in the orders which it is about most often."""
    found = {
        (orders, order, customer): contained(table, key, orders, order)
        for key in roles_of(table).all("order")[:1]
        for other in tables
        if other is not table
        for orders in (other.parts.values() or [other])
        for order, customer in _owners(orders)
    }
    best = max(found, key=lambda each: found[each], default=None)
    if best is None or found[best] < _MOST:
        return table
    return _joined(table, roles_of(table).all("order")[0], *best)


def _owners(table: Table) -> Iterator[tuple[Column, Column]]:
    """The columns of an order, and of whose it is."""
    roles = roles_of(table)
    order = next((column for column in roles.all("order") if column.is_full), None)
    customer = next((column for column in roles.all("customer", "email") if column.is_full), None)
    if order is not None and customer is not None:
        yield order, customer


def _joined(table: Table, key: Column, orders: Table, order: Column, customer: Column) -> Table:
    whose = f"any_value({customer.sql}) AS {sql.name(customer.name)}"
    owners = f"SELECT CAST({order.sql} AS VARCHAR) AS order_key, {whose} FROM {{orders}} GROUP BY ALL"
    own = "{own}" if table.query is None else f"({table.query})"
    query = (
        f"SELECT own.*, owners.{sql.name(customer.name)}\nFROM {own} AS own\n"
        f"LEFT JOIN ({owners}) AS owners\nON CAST(own.{key.sql} AS VARCHAR) = owners.order_key"
    )
    raw = sql.name(f"customers of {table.name}")
    over = query.replace(own, table.raw) if table.query else query
    table.connection.execute(f"CREATE OR REPLACE TABLE {raw} AS {over.format(own=table.raw, orders=orders.raw)}")
    note = f"{orders.name} has the {customer.name} of each {key.name}"
    return Table.of(
        table.connection, table.name, table.place, table.files, raw,
        query=query.replace("{own}", table.quoted()).replace("{orders}", orders.quoted()),
        parts={**(table.parts or {table.name: table}), orders.name: orders},
        notes=[*table.notes, note], questions=table.questions, customer=customer.name,
    )  # fmt: skip
