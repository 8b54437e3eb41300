"""The value of a rule for one person: once where it speaks of no candidate, for all candidates at once where it does.

A missing value is neither true nor false: what is made of it is missing too, but ``false && …`` is false and
``true || …`` is true whatever is missing, as in the Common Expression Language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from features.language.rules.literals import time_of
from features.language.rules.nodes import Node
from features.language.rules.operations import (
    COMPARE,
    MISSING,
    Cell,
    Evaluate,
    Read,
    applied,
    both,
    choice,
    each,
    either,
    known,
    minus,
    negation,
    ratio,
)
from features.language.rules.patterns import matches

__all__ = ["MISSING", "Cell", "Evaluate", "Read", "compile_parts", "compile_rule"]
# What handles missing values in a way of its own.
_OWN: Final[Mapping[str, Callable[..., Evaluate]]] = {
    "&&": both, "||": either, "has": known, "!": negation, "negative": minus, "/": ratio, "?": choice,
}  # fmt: skip
FIXED: Final = {"candidate", "item"}  # what is the same for everybody


def compile_rule(node: Node, fixed: Read, *, timezone: str) -> Evaluate:
    """A function that gives the value of a rule; what is the same for everybody is read from ``fixed``, once.

    >>> import numpy as np
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


def compile_parts(node: Node, *, timezone: str) -> dict[tuple[str, int, int], Evaluate]:
    """A function for each part of a rule that gives its value, by its operator and its place in the text."""
    parts = [compile_parts(arg, timezone=timezone) for arg in node.args]
    own = [part[arg.op, arg.start, arg.end] for arg, part in zip(node.args, parts, strict=True)]
    every = {place: evaluate for part in parts for place, evaluate in part.items()}
    return every | {(node.op, node.start, node.end): _compiled(node, own, timezone)}


def _compiled(node: Node, parts: list[Evaluate], timezone: str) -> Evaluate:
    match node.op:
        case "literal" | "list" | "timestamp" | "duration":
            cell = Cell(_constant(node, timezone))
            return lambda _: cell
        case "name":
            name = str(node.value)
            return lambda read: read(name)
        case "matches":
            return applied(matches, parts)
    if node.op in _OWN:
        return _OWN[node.op](*parts)
    return applied(COMPARE[node.op] if node.op in COMPARE else each(node.op), parts)


def _constant(node: Node, timezone: str) -> object:
    if node.op == "list":
        return tuple(item.value for item in node.args)
    return node.value if node.op == "literal" else time_of(node, timezone)
