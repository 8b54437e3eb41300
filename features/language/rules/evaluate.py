"""The value of a rule for one person: once where it speaks of no candidate, for all candidates at once where it does.

A missing value is neither true nor false: what is made of it is missing too, but ``false && …`` is false and
``true || …`` is true whatever is missing, as in the Common Expression Language.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np

from features.language.rules.nodes import Node
from features.language.rules.types import time_of


class Cell(NamedTuple):
    """A value, and whether it is known: one of each, or arrays with an entry a candidate; False where unknown."""

    value: Any
    known: Any = True


Read: TypeAlias = Callable[[str], Cell]  # the value of a name such as `features.orders_90d`
Evaluate: TypeAlias = Callable[[Read], Cell]
MISSING: Final = Cell(value=False, known=False)
FIXED: Final = {"candidate", "item"}  # what is the same for everybody
_COMPARE: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "+": operator.add, "-": operator.sub, "*": operator.mul,
}  # fmt: skip
_EACH: Final[Mapping[str, Callable[..., Any]]] = {
    "in": lambda one, several: one in several,
    "contains": lambda text, part: part in text,
    "startsWith": lambda text, part: text.startswith(part),
    "endsWith": lambda text, part: text.endswith(part),
    "size": len,
}


def compile_rule(node: Node, fixed: Read, *, timezone: str) -> Evaluate:
    """A function that gives the value of a rule; what is the same for everybody is read from ``fixed``, once.

    >>> from features.language.rules.parse import parse
    >>> values = {"candidate.value": Cell(np.array([5.0, 20.0]), np.array([True, True])), "features.spend": Cell(12.0)}
    >>> rule = compile_rule(parse("candidate.value < features.spend"), values.__getitem__, timezone="UTC")
    >>> rule(values.__getitem__).value.tolist()
    [True, False]
    """
    parts = [compile_rule(arg, fixed, timezone=timezone) for arg in node.args]
    evaluate = _compiled(node, parts, timezone)
    if node.spaces() <= FIXED:
        cell = evaluate(fixed)
        return lambda _: cell
    return evaluate


def _compiled(node: Node, parts: list[Evaluate], timezone: str) -> Evaluate:
    match node.op:
        case "literal" | "list" | "timestamp" | "duration":
            cell = Cell(_constant(node, timezone))
            return lambda _: cell
        case "name":
            name = str(node.value)
            return lambda read: read(name)
        case "&&" | "||":
            return _both(*parts) if node.op == "&&" else _either(*parts)
        case "has" | "!" | "negative":
            return {"has": _has, "!": _not, "negative": _negative}[node.op](*parts)
        case "/":
            return _ratio(*parts)
    return _applied(_COMPARE[node.op], parts) if node.op in _COMPARE else _applied(_each(node.op), parts)


def _constant(node: Node, timezone: str) -> object:
    if node.op == "list":
        return tuple(item.value for item in node.args)
    return node.value if node.op == "literal" else time_of(node, timezone)


def _both(left: Evaluate, right: Evaluate) -> Evaluate:
    def evaluate(read: Read) -> Cell:
        a, a_known = left(read)
        if a_known is True and a is False:
            return Cell(value=False)
        b, b_known = right(read)
        no = (a_known & (a ^ True)) | (b_known & (b ^ True))
        return Cell(a & b, (a_known & b_known) | no)

    return evaluate


def _either(left: Evaluate, right: Evaluate) -> Evaluate:
    def evaluate(read: Read) -> Cell:
        a, a_known = left(read)
        if a is True:
            return Cell(value=True)
        b, b_known = right(read)
        return Cell(a | b, (a_known & b_known) | a | b)

    return evaluate


def _not(inner: Evaluate) -> Evaluate:
    def evaluate(read: Read) -> Cell:
        value, known = inner(read)
        return Cell((value ^ True) & known, known)

    return evaluate


def _has(inner: Evaluate) -> Evaluate:
    return lambda read: Cell(inner(read).known)


def _negative(inner: Evaluate) -> Evaluate:
    def evaluate(read: Read) -> Cell:
        value, known = inner(read)
        return MISSING if known is False else Cell(-value, known)

    return evaluate


def _applied(function: Callable[..., Any], parts: list[Evaluate]) -> Evaluate:
    """A function of values that are all known; False where one is missing."""

    def evaluate(read: Read) -> Cell:
        cells = [part(read) for part in parts]
        known: Any = True
        for cell in cells:
            if cell.known is False:
                return MISSING
            known = known & cell.known
        value = function(*(cell.value for cell in cells))
        return Cell(value & known if known is not True and _is_truth(value) else value, known)

    return evaluate


def _ratio(left: Evaluate, right: Evaluate) -> Evaluate:
    """A ratio; missing where it would be one to zero."""

    def evaluate(read: Read) -> Cell:
        (a, a_known), (b, b_known) = left(read), right(read)
        known = a_known & b_known & (b != 0)
        if known is False or not np.any(known):
            return MISSING if known is False else Cell(np.zeros(np.shape(known)), known)
        return Cell(a / np.where(known, b, 1) if isinstance(known, np.ndarray) else a / b, known)

    return evaluate


def _each(op: str) -> Callable[..., Any]:
    """A function of single values, of arrays entry by entry."""
    function = _EACH[op]

    def apply(*values: Any) -> Any:
        sizes = [len(value) for value in values if isinstance(value, np.ndarray)]
        if not sizes:
            return function(*values)
        columns: Iterable[Any] = zip(*(_column(value, sizes[0]) for value in values), strict=True)
        return np.array([function(*row) for row in columns], dtype=np.float64 if op == "size" else np.bool_)

    return apply


def _column(value: Any, size: int) -> Iterable[Any]:
    return value.tolist() if isinstance(value, np.ndarray) else [value] * size


def _is_truth(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype == np.bool_
