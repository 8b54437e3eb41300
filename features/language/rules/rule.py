"""A rule: its text, read and checked once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from features.language.rules.nodes import Node
from features.language.rules.parse import parse
from features.language.rules.types import Names, Type


@dataclass(frozen=True)
class Rule:
    """A condition as it was written, and as a tree whose names exist.

    >>> names = Names({"features": {"orders_90d": "number"}, "candidate": {"value": "number"}})
    >>> Rule.of("features.orders_90d >= 3", names).reads
    {'features.orders_90d'}
    """

    text: str
    node: Node

    @classmethod
    def of(cls, text: str, names: Names, gives: Type = "boolean") -> Self:
        """Read a rule, or what gives another type.

        Raises :class:`StamkundError` ``bad_rule``, ``unknown_name`` or ``bad_type``, with the place in the text.
        """
        node = parse(text)
        names.check(text, node, gives)
        return cls(text, node)

    @property
    def reads(self) -> set[str]:
        """The names that it reads."""
        return {str(name.value) for name in self.node.names()}
