"""Quantities, prices and amounts that no name speaks of."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

from features.onboarding.facts.column import Column
from features.onboarding.facts.table import Table
from features.onboarding.roles.dependence import CONSISTENT
from features.onboarding.roles.ids import counts_up, unnamed
from features.onboarding.roles.roles import Roles

AMOUNTS = ("line_net", "line_amount", "net", "amount", "total", "subtotal", "gross", "line_gross", "unit_price")
_LARGEST_QUANTITY = 1000
_MOSTLY = 0.5  # of the rows, of what is an amount and not an exception


def number_roles(table: Table, roles: Roles) -> Iterator[tuple[str, Column]]:
    """Quantities, prices and amounts: by what calculates to what, else by how they are written."""
    numbers = [
        column for column in unnamed(table, roles)
        if column.is_number and not (column.is_boolean or column.is_duration) and column.is_full and not column.times
    ]  # fmt: skip
    pieces = [column for column in numbers if is_quantity(column)]
    money = [column for column in numbers if 1 <= column.decimals <= 4]
    named = roles.get(*AMOUNTS)
    money = [column for column in money if table.share(f"{table.number(column)} <> 0") >= _MOSTLY]
    found = None
    if named is None or named in roles.all("unit_price"):
        found = _calculation(table, [*roles.all("quantity"), *pieces], [*roles.all("unit_price"), *money], money)
    if found:
        yield from (
            pair for pair in zip(("quantity", "unit_price", "line_amount"), found, strict=True) if pair[1] in numbers
        )
        return
    if named is None and not _is_priced(table, roles, pieces, money):
        for column in money or [column for column in numbers if column not in pieces and not counts_up(table, column)]:
            yield "amount", column
    elif named is None:
        yield from (("quantity", pieces[0]), ("unit_price", money[0]))
    elif named in roles.all("unit_price") and len(pieces) == 1 and not roles.get("quantity"):
        yield "quantity", pieces[0]


def _is_priced(table: Table, roles: Roles, pieces: Sequence[Column], money: Sequence[Column]) -> bool:
    """Whether the only amount is the price of a piece: an item has one, whatever the quantity."""
    item = roles.get("item", "item_name")
    if item is None or len(pieces) != 1 or len(money) != 1:
        return False
    price, quantity = table.number(money[0]), table.number(pieces[0])
    items = (
        f"(SELECT count(DISTINCT {quantity}) AS pieces, count(DISTINCT {price}) AS prices FROM {table.relation} "
        f"GROUP BY {table.text(item)})"
    )
    return table.share("prices = 1", among="pieces > 1", of=items) >= CONSISTENT


def is_quantity(column: Column) -> bool:
    """Whether whole numbers are few and small, as pieces of one item are."""
    return column.is_whole and column.distinct <= 50 and 0 < abs(column.high or 0) <= _LARGEST_QUANTITY


def _calculation(
    table: Table, pieces: Sequence[Column], prices: Sequence[Column], amounts: Sequence[Column]
) -> tuple[Column, Column, Column] | None:
    """A quantity, a price and an amount of which the first two make the third."""
    for quantity in (column for column in pieces if not column.is_constant):
        for price, amount in permutations(dict.fromkeys([*prices, *amounts]), 2):
            product = f"{table.number(quantity)} * {table.number(price)}"
            if amount in amounts and table.share(f"abs({product} - {table.number(amount)}) < 0.011") >= CONSISTENT:
                return quantity, price, amount
    return None
