"""Which amount is the value of an order's row, decided by names and by which amounts add up to which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from features.onboarding.facts.question import Question
from features.onboarding.facts.table import Table
from features.onboarding.orders.amounts import (
    OF_ORDERS,
    Amount,
    agree,
    less,
    named_amounts,
    price_alone,
    product,
    shared_out,
    sums_to,
)
from features.onboarding.orders.guesses import guessed_amount
from features.onboarding.orders.order_ids import Orders
from features.onboarding.orders.order_totals import Worth, telling_columns, worth_of_orders
from features.onboarding.orders.unit_price import is_of_unit, is_price_of_unit
from features.onboarding.roles.roles import Roles

# Currencies of which cents are not told, or rarely.
_WITHOUT_CENTS = frozenset(
    {*("JPY", "KRW", "VND", "CLP", "ISK", "HUF", "IDR", "TWD", "COP", "SEK", "NOK", "DKK", "CZK", "RUB", "¥")}
)
_ENOUGH, _LARGE, _RARE = 20, 1000, 0.02  # rows to tell by; an amount that would be dear; of the rows


def worth(table: Table, roles: Roles, orders: Orders) -> Worth | None:
    """The amount that is the value of a table's rows; None where no column tells one."""
    found = _worth(table, roles, orders)
    return found and _in_cents(table, roles, found)


def _worth(table: Table, roles: Roles, orders: Orders) -> Worth | None:
    named = named_amounts(table, roles, orders)
    of_orders = [amount for amount in named if amount.level != "row"]
    of_rows = [amount for amount in named if amount.level == "row"]
    if not orders.lines and of_rows:
        return worth_of_orders(table, roles, of_rows)
    rows = _of_lines(table, roles, of_rows)
    if rows:
        return _of_rows(table, roles, orders, rows, of_orders)
    return worth_of_orders(table, roles, of_orders) if of_orders else None


def _in_cents(table: Table, roles: Roles, found: Worth) -> Worth:
    """The same, with a question where whole numbers may count cents."""
    column, currency = found.amount.column, roles.get("currency")
    if column is None or not column.is_whole or roles.system is not None or table.rows < _ENOUGH:
        return found
    named = {*(currency.common if currency else ()), *column.name.upper().split()}
    if named & _WITHOUT_CENTS:
        return found
    number = f"abs({found.amount.sql})"
    round_ones = table.share(f"{number} % 100 = 0", among=f"{number} > 0")
    large = table.share(f"{number} >= {_LARGE}", among=f"{number} > 0")
    if column.decimals or large < 0.5 or round_ones > 0.5 or table.share(f"{number} < 100 AND {number} > 0") > _RARE:
        return found
    cents = replace(found.amount, setting=f"{column.sql} / 100.0", sql=f"({found.amount.sql} / 100.0)", column=None)
    text = f"the values of {column.name} are whole numbers, and large: do they count cents?"
    options = [f"value: {cents.setting}", f"value: {column.name}"]
    return Worth(cents, [*found.questions, Question("amount", text, options, "columns.value")], found.notes)


def _of_lines(table: Table, roles: Roles, named: Sequence[Amount]) -> list[Amount]:
    """The amounts that can be those of lines, the likeliest first: named ones, quantity times price, the price."""
    found = list(named)
    for amount in (product(table, roles), None if named else price_alone(table, roles)):
        if amount is not None and not any(agree(table, amount, other) for other in found):
            found.append(amount)
    return found


def _of_rows(table: Table, roles: Roles, orders: Orders, rows: Sequence[Amount], of_orders: Sequence[Amount]) -> Worth:
    """Of rows that are lines: what adds up to what was paid for the order, else that shared out over them."""
    paid = next((amount for role in OF_ORDERS for amount in of_orders if amount.role == role), None)
    if paid is None:
        return _of_single_rows(table, roles, rows)
    lines = [*rows, *(less(table, amount, column) for amount in rows for column in telling_columns(roles, "discount"))]
    for amount in lines:
        if sums_to(table, orders, amount, paid):
            return Worth(amount, notes=[f"the rows of an order add up to its {paid.setting}"])
    shared = shared_out(orders, paid, rows[0])
    text = (
        f"the rows of an order do not add up to its {paid.setting} (shipping, taxes, a discount), which is shared out "
        "over them: or does each count by itself?"
    )
    options = [f"value: {shared.setting}", f"value: {rows[0].setting}"]
    return Worth(shared, [Question("amount", text, options, "columns.value")])


def _guessed_quantity(roles: Roles) -> str:
    """The doubt about a quantity that no name tells; none where one does."""
    quantity = roles.get("quantity")
    if quantity is None or not roles.is_guess("quantity", quantity):
        return ""
    return f"no column is named as a quantity; the whole numbers of {quantity.name} are taken for one"


def _of_single_rows(table: Table, roles: Roles, rows: Sequence[Amount]) -> Worth:
    """Of rows that no amount of an order can be held against."""
    best, discounts, doubt = rows[0], telling_columns(roles, "discount"), ""
    others = [other for other in rows[1:] if other.role != "price" or is_of_unit(table, roles) is not True]
    if best.role == "product" and discounts:
        others = [best, *others]
        best = less(table, best, discounts[0])
        doubt = f"no column tells what was paid for a row; {discounts[0].name} is taken off quantity times price"
    elif best.role == "product" and not is_price_of_unit(table, roles):
        price = price_alone(table, roles)
        others = [price] if price is not None else []
        doubt = f"is {price.setting if price else 'the price'} that of one piece, or of the row?"
        if price is not None and is_of_unit(table, roles) is False:
            best, others = price, [best]
    elif best.role == "product":
        others, doubt = [], _guessed_quantity(roles)
    others = [other for other in others if not agree(table, other, best)]
    settings = list(dict.fromkeys([best.setting, *(other.setting for other in others)]))
    if best.column is not None and roles.is_guess(best.role, best.column):
        return Worth(best, [guessed_amount(table, roles, best.column, settings)])
    if not (others or doubt):
        return Worth(best)
    text = (
        doubt or f"several columns tell amounts that differ: {', '.join([best.setting, *(o.setting for o in others)])}"
    )
    return Worth(best, [Question("amount", text, [f"value: {setting}" for setting in settings], "columns.value")])
