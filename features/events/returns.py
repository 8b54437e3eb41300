"""Returns: events that take back what an order brought. What they are worth is told as positive numbers.

Some exports write what went back as −30, others as 30: both mean that 30 went back. It comes off what the customer has
brought when it went back, whenever it had been ordered.
"""

from __future__ import annotations

from collections.abc import Mapping

from features.events.kinds import RETURNS

MAGNITUDES = ("value", "discount", "cost", "quantity")


def without_signs(event: Mapping[str, object]) -> dict[str, object]:
    """An event whose numbers are positive if it is a return; any other event as it is.

    >>> without_signs({"kind": "refund", "value": -3000}), without_signs({"kind": "support", "value": -3000})
    ({'kind': 'refund', 'value': 3000}, {'kind': 'support', 'value': -3000})
    """
    if event.get("kind") not in RETURNS:
        return dict(event)
    return {name: abs(v) if name in MAGNITUDES and isinstance(v, int | float) else v for name, v in event.items()}


def without_sign_sql(column: str, kind: str) -> str:
    """The same of a column as SQL; ``kind`` is the SQL of the event's kind.

    >>> without_sign_sql("value", "kind"), without_sign_sql("item_id", "kind")
    ("if(kind IN ('cancel', 'refund'), abs(value), value)", 'item_id')
    """
    kinds = ", ".join(f"'{name}'" for name in RETURNS)
    return f"if({kind} IN ({kinds}), abs({column}), {column})" if column in MAGNITUDES else column
