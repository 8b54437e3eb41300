"""What an order is worth as a whole: the goods before that with taxes and shipping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from features.onboarding.facts.column import Column
from features.onboarding.facts.question import Question
from features.onboarding.facts.table import Table
from features.onboarding.orders.amounts import Amount, agree, less, product
from features.onboarding.orders.guesses import guessed_amount
from features.onboarding.roles.roles import Roles


@dataclass(frozen=True)
class Worth:
    """The amount that is a row's value, and what is unsure of it."""

    amount: Amount
    questions: Sequence[Question] = ()
    notes: Sequence[str] = ()


def worth_of_orders(table: Table, roles: Roles, amounts: Sequence[Amount]) -> Worth:
    """Of amounts of whole orders: that of the goods before that with taxes and shipping, where both are told."""
    best = _after_fees(table, roles, amounts) or amounts[0]
    best = _after_discount(table, roles, best, amounts)
    others = [other for other in amounts if not agree(table, other, best)]
    times = product(table, roles)
    if times is not None and best.role != "product" and not others and not agree(table, times, best):
        others = [times]
    extras = telling_columns(roles, "shipping", "tax") if best.role in {"total", "amount", "gross"} else []
    without = best
    for column in extras:
        without = less(table, without, column)
    settings = list(dict.fromkeys([best.setting, *(other.setting for other in others), without.setting]))
    if best.column is not None and roles.is_guess(best.role, best.column):
        return Worth(best, [guessed_amount(table, roles, best.column, settings)])
    if len(settings) == 1:
        return Worth(best)
    names = ", ".join(dict.fromkeys([best.setting, *(o.setting for o in others), *(column.name for column in extras)]))
    text = f"{names} tell different amounts: with or without taxes, shipping, discounts?"
    return Worth(best, [Question("amount", text, [f"value: {setting}" for setting in settings], "columns.value")])


def _after_fees(table: Table, roles: Roles, amounts: Sequence[Amount]) -> Amount | None:
    """What the customer paid, where the net amount is that less the fees of the payment's provider."""
    gross = next((amount for amount in amounts if amount.role in {"gross", "amount", "total"}), None)
    net = next((amount for amount in amounts if amount.role == "net"), None)
    if gross is None or net is None:
        return None
    for fee in roles.all("other_amount"):
        signed = less(table, gross, fee)
        if agree(table, signed, net) and not agree(table, gross, net):
            return gross
    return None


def _after_discount(table: Table, roles: Roles, best: Amount, amounts: Sequence[Amount]) -> Amount:
    """The goods' amount less the discount, where the total is reckoned so."""
    total = next((amount for amount in amounts if amount.role in {"total", "gross"}), None)
    if best.role not in {"subtotal", "net"} or total is None:
        return best
    extras = telling_columns(roles, "shipping", "tax")
    for column in telling_columns(roles, "discount"):
        reduced = less(table, best, column)
        for count in range(len(extras) + 1):
            for some in combinations(extras, count):
                rest = total
                for extra in some:
                    rest = less(table, rest, extra)
                if agree(table, reduced, rest) and not agree(table, best, rest):
                    return reduced
    return best


def telling_columns(roles: Roles, *told: str) -> list[Column]:
    """The columns of these roles that tell anything but nothing."""
    return [column for column in roles.all(*told) if column.is_number and (column.low, column.high) != (0.0, 0.0)]
