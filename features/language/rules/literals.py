"""What stands in a rule as it is: numbers, texts, truths, moments and spans of time."""

from __future__ import annotations

from typing import Literal

from features.language.rules.nodes import Node
from features.reading.iso import parse
from features.units import duration

Type = Literal["number", "text", "boolean", "list", "moment", "duration"]


def time_of(node: Node, timezone: str = "UTC") -> int:
    """The microseconds of ``timestamp("…")`` or ``duration("…")``; a time without an offset is of the time zone.

    >>> time_of(Node("duration", (Node("literal", value="2h"),)))
    7200000000
    """
    text = node.args[0].value if node.args[0].op == "literal" else None
    return parse(text, timezone=timezone) if node.op == "timestamp" else duration(text)


def type_of_literal(value: object) -> Type:
    """What a value is that stands in a rule as it is."""
    if isinstance(value, bool):
        return "boolean"
    return "text" if isinstance(value, str) else "number"
