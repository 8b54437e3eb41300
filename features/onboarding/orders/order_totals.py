"""What an order is worth as a whole: the goods before that with taxes and shipping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from features.onboarding.facts.column import Column
from features.onboarding.facts.question import Question
from features.onboarding.facts.table import Table
from features.onboarding.orders.amounts import Amount, agree, less, product
from features.onboarding.parts.parts import Parts


@dataclass(frozen=True)
class Worth:
    """The amount that is a row's value, and what is unsure of it."""

    amount: Amount
    questions: Sequence[Question] = ()
    notes: Sequence[str] = ()


def worth_of_orders(table: Table, parts: Parts, amounts: Sequence[Amount]) -> Worth:
    """Of amounts of whole orders: that of the goods before that with taxes and shipping, where both are told."""
    best = _after_fees(table, parts, amounts) or amounts[0]
    best = _after_discount(table, parts, best, amounts)
    others = [other for other in amounts if not agree(table, other, best)]
    times = product(table, parts)
    if times is not None and best.part != "product" and not others and not agree(table, times, best):
        others = [times]
    extras = telling_columns(parts, "shipping", "tax") if best.part in {"total", "amount", "gross"} else []
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
    extras = telling_columns(parts, "shipping", "tax")
    for column in telling_columns(parts, "discount"):
        reduced = less(table, best, column)
        for count in range(len(extras) + 1):
            for some in combinations(extras, count):
                rest = total
                for extra in some:
                    rest = less(table, rest, extra)
                if agree(table, reduced, rest) and not agree(table, best, rest):
                    return reduced
    return best


def telling_columns(parts: Parts, *roles: str) -> list[Column]:
    """The columns of these parts that tell anything but nothing."""
    return [column for column in parts.all(*roles) if column.is_number and (column.low, column.high) != (0.0, 0.0)]
