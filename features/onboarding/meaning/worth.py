"""Which amount is the value of an order's row, decided by names and by which amounts add up to which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from features.onboarding.facts.column import Column
from features.onboarding.facts.table import Table
from features.onboarding.meaning.amounts import (
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
from features.onboarding.meaning.order_ids import Orders
from features.onboarding.parts.parts import Parts
from features.onboarding.question import Question

# Currencies of which cents are not told, or rarely.
_WITHOUT_CENTS = frozenset(
    {*("JPY", "KRW", "VND", "CLP", "ISK", "HUF", "IDR", "TWD", "COP", "SEK", "NOK", "DKK", "CZK", "RUB", "¥")}
)
_ENOUGH, _LARGE, _RARE = 20, 1000, 0.02  # rows to tell by; an amount that would be dear; of the rows


@dataclass(frozen=True)
class Worth:
    """The amount that is a row's value, and what is unsure of it."""

    amount: Amount
    questions: Sequence[Question] = ()
    notes: Sequence[str] = ()


def worth(table: Table, parts: Parts, orders: Orders) -> Worth | None:
    """The amount that is the value of a table's rows; None where no column tells one."""
    found = _worth(table, parts, orders)
    return found and _in_cents(table, parts, found)


def _worth(table: Table, parts: Parts, orders: Orders) -> Worth | None:
    named = named_amounts(table, parts, orders)
    of_orders = [amount for amount in named if amount.level != "row"]
    of_rows = [amount for amount in named if amount.level == "row"]
    if not orders.lines and of_rows:
        return _of_orders(table, parts, of_rows)
    rows = _of_lines(table, parts, of_rows)
    if rows:
        return _of_rows(table, parts, orders, rows, of_orders)
    return _of_orders(table, parts, of_orders) if of_orders else None


def _in_cents(table: Table, parts: Parts, found: Worth) -> Worth:
    """The same, with a question where whole numbers may count cents."""
    column, currency = found.amount.column, parts.get("currency")
    if column is None or not column.is_whole or parts.system is not None or table.rows < _ENOUGH:
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


def _of_lines(table: Table, parts: Parts, named: Sequence[Amount]) -> list[Amount]:
    """The amounts that can be those of lines, the likeliest first: named ones, quantity times price, the price."""
    found = list(named)
    for amount in (product(table, parts), None if named else price_alone(table, parts)):
        if amount is not None and not any(agree(table, amount, other) for other in found):
            found.append(amount)
    return found


def _of_rows(table: Table, parts: Parts, orders: Orders, rows: Sequence[Amount], of_orders: Sequence[Amount]) -> Worth:
    """Of rows that are lines: what adds up to what was paid for the order, else that shared out over them."""
    paid = next((amount for part in OF_ORDERS for amount in of_orders if amount.part == part), None)
    if paid is None:
        return _of_single_rows(table, parts, rows)
    lines = [*rows, *(less(table, amount, column) for amount in rows for column in _some(parts, "discount"))]
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


def _of_single_rows(table: Table, parts: Parts, rows: Sequence[Amount]) -> Worth:
    """Of rows that no amount of an order can be held against."""
    best, discounts, doubt = rows[0], _some(parts, "discount"), ""
    others = [other for other in rows[1:] if other.part != "price" or _is_of_unit(table, parts) is not True]
    if best.part == "product" and discounts:
        others = [best, *others]
        best = less(table, best, discounts[0])
        doubt = f"no column tells what was paid for a row; {discounts[0].name} is taken off quantity times price"
    elif best.part == "product" and not _is_price_of_unit(table, parts):
        price = price_alone(table, parts)
        others = [price] if price is not None else []
        doubt = f"is {price.setting if price else 'the price'} that of one piece, or of the row?"
        if price is not None and _is_of_unit(table, parts) is False:
            best, others = price, [best]
    elif best.part == "product":
        others = []
    elif best.column is not None and parts.is_guess(best.part, best.column):
        doubt = f"no column is named as an amount; {best.setting} holds numbers as amounts are"
    others = [other for other in others if not agree(table, other, best)]
    if not (others or doubt):
        return Worth(best)
    settings = dict.fromkeys([best.setting, *(other.setting for other in others)])
    text = (
        doubt or f"several columns tell amounts that differ: {', '.join([best.setting, *(o.setting for o in others)])}"
    )
    return Worth(best, [Question("amount", text, [f"value: {setting}" for setting in settings], "columns.value")])


def _is_price_of_unit(table: Table, parts: Parts) -> bool:
    """Whether a price is one of a piece without doubt: by its name, by other rows, or for want of a difference."""
    price, quantity = parts.get("unit_price"), parts.get("quantity")
    if price is None or quantity is None:
        return False
    return (
        parts.score("unit_price", price) >= 1 or quantity.low == quantity.high == 1 or _is_of_unit(table, parts) is True
    )


def _is_of_unit(table: Table, parts: Parts) -> bool | None:
    """Whether the price of an item stays the same for other quantities; None where that cannot be told."""
    price, quantity, item = parts.get("unit_price"), parts.get("quantity"), parts.get("item", "item_name")
    if price is None or quantity is None or item is None:
        return None
    number, pieces = table.number(price), table.number(quantity)
    items = (
        f"(SELECT count(DISTINCT {pieces}) AS pieces, count(DISTINCT {number}) AS prices, "  # noqa: S608
        f"count(DISTINCT round({number} / nullif({pieces}, 0), 2)) AS singles FROM {table.relation} "
        f"GROUP BY {table.text(item)})"
    )
    unit = table.share("prices < singles", among="pieces > 1", of=items)
    row = table.share("singles < prices", among="pieces > 1", of=items)
    return None if max(unit, row) < 0.5 else unit > row


def _of_orders(table: Table, parts: Parts, amounts: Sequence[Amount]) -> Worth:
    """Of amounts of whole orders: that of the goods before that with taxes and shipping, where both are told."""
    best = _after_fees(table, parts, amounts) or amounts[0]
    best = _after_discount(table, parts, best, amounts)
    others = [other for other in amounts if not agree(table, other, best)]
    times = product(table, parts)
    if times is not None and best.part != "product" and not others and not agree(table, times, best):
        others = [times]
    extras = _some(parts, "shipping", "tax") if best.part in {"total", "amount", "gross"} else []
    without = best
    for column in extras:
        without = less(table, without, column)
    settings = list(dict.fromkeys([best.setting, *(other.setting for other in others), without.setting]))
    guess = best.column is not None and parts.is_guess(best.part, best.column)
    if len(settings) == 1 and not guess:
        return Worth(best)
    names = ", ".join(dict.fromkeys([best.setting, *(o.setting for o in others), *(column.name for column in extras)]))
    text = f"{names} tell different amounts: with or without taxes, shipping, discounts?"
    if guess:
        text = f"no column is named as an amount; {best.setting} holds numbers as amounts are"
    return Worth(best, [Question("amount", text, [f"value: {setting}" for setting in settings], "columns.value")])


def _after_fees(table: Table, parts: Parts, amounts: Sequence[Amount]) -> Amount | None:
    """What the customer paid, where the net amount is that less the fees of the payment's provider."""
    gross = next((amount for amount in amounts if amount.part in {"gross", "amount", "total"}), None)
    net = next((amount for amount in amounts if amount.part == "net"), None)
    if gross is None or net is None:
        return None
    for fee in parts.all("other_amount"):
        signed = less(table, gross, fee)
        if agree(table, signed, net) and not agree(table, gross, net):
            return gross
    return None


def _after_discount(table: Table, parts: Parts, best: Amount, amounts: Sequence[Amount]) -> Amount:
    """The goods' amount less the discount, where the total is reckoned so."""
    total = next((amount for amount in amounts if amount.part in {"total", "gross"}), None)
    if best.part not in {"subtotal", "net"} or total is None:
        return best
    extras = _some(parts, "shipping", "tax")
    for column in _some(parts, "discount"):
        reduced = less(table, best, column)
        for count in range(len(extras) + 1):
            for some in combinations(extras, count):
                rest = total
                for extra in some:
                    rest = less(table, rest, extra)
                if agree(table, reduced, rest) and not agree(table, best, rest):
                    return reduced
    return best


def _some(parts: Parts, *roles: str) -> list[Column]:
    """The columns of these parts that tell anything but nothing."""
    return [column for column in parts.all(*roles) if column.is_number and (column.low, column.high) != (0.0, 0.0)]
