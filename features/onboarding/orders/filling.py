"""Tables that tell what belongs to an order on its first row only: filled down, so that each row tells it."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from dataclasses import replace

from features import sql
from features.onboarding.facts.table import Table
from features.onboarding.orders.levels import level
from features.onboarding.orders.order_ids import Orders
from features.onboarding.roles.roles import Roles


def filled(table: Table, roles: Roles) -> Table:
    """The table itself, or with what stands on the first row of each order on all of its rows."""
    order = roles.get("order")
    if order is None or order.is_unique or not order.is_full or order.distinct * 1.01 > order.present:
        return table
    orders = Orders((table.text(order),), lines=True)
    sparse = [
        column for column in table.columns.values()
        if column is not order and 0 < column.present < table.rows and level(table, orders, column) == "first"
    ]  # fmt: skip
    if not any(column in roles.all("customer", "email", "order_time", "time", "total", "status") for column in sparse):
        return table
    fills = ", ".join(f"max({column.sql}) OVER (PARTITION BY {order.sql}) AS {column.sql}" for column in sparse)
    query = f"SELECT * REPLACE ({fills}) FROM {{0}}"
    raw = sql.name(f"filled {table.name}")
    table.connection.execute(f"CREATE OR REPLACE TABLE {raw} AS {query.format(table.raw)}")
    names = ", ".join(column.name for column in sparse[:6]) + (" …" if len(sparse) > 6 else "")
    note = f"{names} stand on the first row of each order only: they are taken over to its others"
    full = Table.of(
        table.connection,
        table.name,
        table.place,
        table.files,
        raw,
        query=query.format(f"({table.query})" if table.query else table.quoted()),
    )
    return replace(
        full, options=table.options, parts=table.parts, notes=[*table.notes, note], questions=table.questions
    )
