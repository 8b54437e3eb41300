"""Whether a price is that of one piece."""

from __future__ import annotations

from features.onboarding.facts.table import Table
from features.onboarding.roles.roles import Roles


def is_price_of_unit(table: Table, roles: Roles) -> bool:
    """Whether a price is one of a piece without doubt: by its name, by other rows, or for want of a difference."""
    price, quantity = roles.get("unit_price"), roles.get("quantity")
    if price is None or quantity is None:
        return False
    return (
        roles.score("unit_price", price) >= 1 or quantity.low == quantity.high == 1 or is_of_unit(table, roles) is True
    )


def is_of_unit(table: Table, roles: Roles) -> bool | None:
    """Whether the price of an item stays the same for other quantities; None where that cannot be told."""
    price, quantity, item = roles.get("unit_price"), roles.get("quantity"), roles.get("item", "item_name")
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
