"""Why a rule does not hold, in words and figures: what is, and what would have to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np

from features.language.rules.evaluate import Cell, Evaluate, Read, compile_parts
from features.language.rules.nodes import Node
from features.language.rules.parse import parse
from features.language.rules.types import Names, Type
from features.moments import minute
from features.texts.catalogue import figure_in, text
from features.units import DAY

_OPPOSITES: Final = {"<": ">=", ">=": "<", "<=": ">", ">": "<=", "==": "!=", "!=": "=="}
_MIRRORED: Final = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}
_CODES: Final = {
    "<": "below", "<=": "at_most", ">": "above", ">=": "at_least", "==": "equal", "!=": "other", "in": "among",
    "not in": "none_of",
}  # fmt: skip


@cache
def _parts(rule: str, timezone: str) -> dict[tuple[str, int, int], Evaluate]:
    return compile_parts(parse(rule), timezone=timezone)


@dataclass(frozen=True)
class Needs:
    """Tells of a rule's ``text`` in a ``language`` what keeps it from holding for the candidate at a place."""

    text: str
    names: Names
    read: Read
    place: int
    language: str
    timezone: str

    def of(self, node: Node, *, wanted: bool = True) -> str:
        """What would have to change for a part to be as wanted; empty where it is so.

        >>> rule = "features.orders_90d >= 3 && features.spend_90d > 20"
        >>> names = Names({"features": {"orders_90d": "number", "spend_90d": "number"}})
        >>> read = {"features.orders_90d": Cell(2.0), "features.spend_90d": Cell(1234.5)}.__getitem__
        >>> Needs(rule, names, read, 0, "en", "UTC").of(parse(rule))
        'features.orders_90d is 2 and must be at least 3'
        """
        cell = self._cell(node)
        if cell.known and bool(cell.value) is wanted:
            return ""
        if node.op == "!":
            return self.of(node.args[0], wanted=not wanted)
        if node.op in {"&&", "||"}:
            parts = [part for arg in node.args if (part := self.of(arg, wanted=wanted))]
            every = (node.op == "&&") is wanted
            return "; ".join(parts) if every else f" {text('rule.or', self.language)} ".join(parts)
        if node.op == "?" and (which := self._cell(node.args[0])).known:
            return self.of(node.args[1 if which.value else 2], wanted=wanted)
        return self._atom(node, wanted=wanted)

    def _atom(self, node: Node, *, wanted: bool) -> str:
        """The same of a part that is no combination of others."""
        if not self._cell(node).known and (missing := [name for name in node.names() if not self._cell(name).known]):
            return "; ".join(text("rule.unknown", self.language, name=str(name.value)) for name in missing)
        if node.op in _MIRRORED:
            return self._comparison(node, wanted=wanted)
        if node.op == "in":
            return self._membership(node, wanted=wanted)
        needed = "rule.true" if wanted else "rule.false"
        return text(needed, self.language, name=self._text(node))

    def _membership(self, node: Node, *, wanted: bool) -> str:
        one, several = node.args
        if one.op == "literal":
            code = "with" if wanted else "without"
            return self._told(self._text(several), self._value(several), code, self._value(one))
        code = _CODES["in" if wanted else "not in"]
        return self._told(self._text(one), self._value(one), code, self._value(several))

    def _comparison(self, node: Node, *, wanted: bool) -> str:
        (left, right), op = node.args, node.op if wanted else _OPPOSITES[node.op]
        if left.op == "literal":
            left, right, op = right, left, _MIRRORED[op]
        bound = self._value(right)
        if right.op not in {"literal", "timestamp", "duration", "negative"}:
            bound = f"{self._text(right)} ({bound})"
        return self._told(self._text(left), self._value(left), _CODES[op], bound)

    def _told(self, name: str, value: str, code: str, bound: str) -> str:
        needed = text(f"rule.{code}", self.language, value=bound)
        return text("rule.need", self.language, name=name, value=value, needed=needed)

    def _cell(self, node: Node) -> Cell:
        return _parts(self.text, self.timezone)[node.op, node.start, node.end](self._here)

    def _here(self, name: str) -> Cell:
        """The value of a name, of those of candidates that of the candidate at the place."""
        value, known = self.read(name)
        if not isinstance(known, np.ndarray):
            return Cell(value, known)
        here = value[self.place]
        return Cell(here.item() if isinstance(here, np.generic) else here, bool(known[self.place]))

    def _text(self, node: Node) -> str:
        return self.text[node.start : node.end]

    def _value(self, node: Node) -> str:
        """What a part is, as people read it."""
        cell, kind = self._cell(node), self.names.type_of(self.text, node)
        return displayed(cell.value, kind, self.language) if cell.known else text("rule.nothing", self.language)


def displayed(value: Any, kind: Type | None, language: str) -> str:
    """A value as people read it.

    >>> displayed(1234.5, "number", "en"), displayed(2.0, "number", "en"), displayed(0.01234, "number", "en")
    ('1,234.50', '2', '0.01234')
    >>> displayed(("a", "b"), "list", "en"), displayed(3 * DAY, "duration", "en")
    ('a, b', '3 d')
    """
    if kind == "moment":
        return f"{minute(int(value))} UTC"
    if kind == "duration":
        return f"{value / DAY:,.4g} d"
    if isinstance(value, bool | np.bool_):
        return text("rule.yes" if value else "rule.no", language)
    if isinstance(value, float | int):
        exact = f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}" if abs(value) >= 1 else f"{value:.4g}"
        return figure_in(language, exact)
    if isinstance(value, Sequence | frozenset) and not isinstance(value, str):
        return ", ".join(
            displayed(each, None, language) for each in (sorted(value) if isinstance(value, frozenset) else value)
        )
    return str(value)
