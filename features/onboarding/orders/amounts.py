"""Amounts: columns that tell one, and calculations of columns that do."""

from __future__ import annotations

from dataclasses import dataclass

from features.onboarding.facts.column import Column
from features.onboarding.facts.table import Table
from features.onboarding.orders.levels import Level, adds_up, equal, level
from features.onboarding.orders.order_ids import Orders
from features.onboarding.roles.roles import Roles

_NEARLY_ALL = 0.95
# The roles of amounts, those that tell most nearly what was paid for the goods first.
_OF_ROWS = ("line_net", "line_amount", "net", "amount", "total", "subtotal", "line_gross", "gross")
OF_ORDERS = ("net", "total", "amount", "gross", "subtotal", "line_net", "line_amount", "line_gross", "recurring")


@dataclass(frozen=True)
class Amount:
    """A way to tell what was paid: the ``setting`` that says so, its SQL over the table, and at which level it is.

    ``role`` is the one of its ``column``; of a calculation it says which one.
    """

    setting: str
    sql: str
    level: Level
    role: str
    column: Column | None = None

    @property
    def operand(self) -> str:
        """The setting as an operand of an expression."""
        return self.column.sql if self.column is not None else self.setting


def named_amounts(table: Table, roles: Roles, orders: Orders) -> list[Amount]:
    """The amounts that columns tell, those of the goods first."""
    found: dict[str, Amount] = {}
    for role in _OF_ROWS if orders.lines else OF_ORDERS:
        for column in roles.all(role):
            if column.name not in found and roles.role_of(column) == role:
                found[column.name] = _of_column(table, roles, orders, column, role)
    return list(found.values())


def _of_column(table: Table, roles: Roles, orders: Orders, column: Column, role: str) -> Amount:
    number = table.number(column)
    where = _level(table, orders, column, role)
    if column.in_cents or (roles.system is not None and roles.system.cents):
        return Amount(f"{column.sql} / 100.0", f"({number} / 100.0)", where, role)
    return Amount(column.name, number, where, role, column)


def _level(table: Table, orders: Orders, column: Column, role: str) -> Level:
    """The level of an amount: by its name where that says it, or where all values are the same."""
    if role.startswith("line_"):
        return "row"
    if column.is_constant and orders.lines and role in {"total", "subtotal"}:
        return "order"
    return level(table, orders, column)


def product(table: Table, roles: Roles) -> Amount | None:
    """Quantity times unit price; None where one of them is missing."""
    price, quantity = roles.get("unit_price"), roles.get("quantity")
    if price is None or quantity is None:
        return None
    cents = " / 100.0" if price.in_cents else ""
    number = f"({table.number(price)} * {table.number(quantity)}{cents})"
    return Amount(f"{quantity.sql} * {price.sql}{cents}", number, "row", "product")


def price_alone(table: Table, roles: Roles) -> Amount | None:
    """The price as what was paid for the row."""
    price = roles.get("unit_price")
    return Amount(price.name, table.number(price), "row", "price", price) if price else None


def less(table: Table, amount: Amount, column: Column) -> Amount:
    """An amount less what a column tells; what is told as a negative number is less already."""
    sign = "+" if (column.high or 0) <= 0 else "-"
    number = f"({amount.sql} {sign} coalesce({table.number(column)}, 0))"
    return Amount(f"{amount.operand} {sign} coalesce({column.sql}, 0)", number, amount.level, amount.role)


def shared_out(orders: Orders, total: Amount, line: Amount) -> Amount:
    """An order's amount, shared out over its rows as another amount lies on them; it adds up to the cent."""
    keys, rows = ", ".join(orders.settings), line.operand
    upto = f"OVER (PARTITION BY {keys} ORDER BY {rows} DESC, {orders.tie} ROWS UNBOUNDED PRECEDING)"
    whole = f"OVER (PARTITION BY {keys})"
    rate = f"max({total.operand}) {whole} / nullif(sum({rows}) {whole}, 0)"
    shares = [f"round({run} * {rate}, 2)" for run in (f"sum({rows}) {upto}", f"(sum({rows}) {upto} - {rows})")]
    return Amount(f"coalesce({shares[0]} - {shares[1]}, {rows})", line.sql, "row", "product")


def agree(table: Table, one: Amount, other: Amount) -> bool:
    """Whether two amounts are the same in nearly all rows."""
    return equal(table, one.sql, other.sql) >= _NEARLY_ALL


def sums_to(table: Table, orders: Orders, rows: Amount, total: Amount) -> bool:
    """Whether the amounts of the rows add up to an order's, in nearly all orders."""
    return adds_up(table, orders, rows.sql, f"max({total.sql})") >= _NEARLY_ALL
