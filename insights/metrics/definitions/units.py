"""What a formula is told in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from features.errors import StamkundError
from features.language.rules.nodes import Node
from insights.metrics.definitions.columns import Unit
from insights.metrics.definitions.metric import Metric

_NUMBERS: Final = ("count", "customers", "ratio")  # what money, or another number, is divided or multiplied by


def unit_of(node: Node, parts: Mapping[str, Metric]) -> Unit | None:
    """What a part is told in; None of a plain number."""
    if node.op == "literal":
        return None
    if node.op == "name":
        return parts[node.name].unit
    units = [unit_of(arg, parts) for arg in node.args]
    first, last = units[0], units[-1]
    if node.op in ("+", "-"):
        if first != last:
            names = " and ".join(str(unit or "number") for unit in units)
            msg = f"`{node.op}` stands between {names}, which are told in different units. Divide one of them first."
            raise StamkundError("bad_formula", msg)
        return first
    if node.op == "negative" or last is None:
        return first
    if node.op == "*":
        return last if first is None or first in _NUMBERS else first
    return "money" if first == "money" and last in _NUMBERS else "ratio"
