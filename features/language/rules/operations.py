"""What the operators of rules do with values, of which some may be missing."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from string import ascii_lowercase, ascii_uppercase
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np


class Cell(NamedTuple):
    """A value, and whether it is known: one of each, or arrays with an entry a candidate; False where unknown."""

    value: Any
    known: Any = True


Read: TypeAlias = Callable[[str], Cell]  # the value of a name such as `features.orders_90d`
Evaluate: TypeAlias = Callable[[Read], Cell]
MISSING: Final = Cell(value=False, known=False)
COMPARE: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "+": operator.add, "-": operator.sub, "*": operator.mul,
}  # fmt: skip
_LOWER: Final = str.maketrans(ascii_uppercase, ascii_lowercase)
_EACH: Final[Mapping[str, Callable[..., Any]]] = {
    "in": lambda one, several: one in several,
    "contains": lambda text, part: part in text,
    "startsWith": lambda text, part: text.startswith(part),
    "endsWith": lambda text, part: text.endswith(part),
    "lowerAscii": lambda text: text.translate(_LOWER),
    "size": len,
}
_GIVES: Final[Mapping[str, Any]] = {"lowerAscii": np.object_, "size": np.float64}


def both(left: Evaluate, right: Evaluate) -> Evaluate:
    """Both: false where one is known to be."""

    def evaluate(read: Read) -> Cell:
        a, a_known = left(read)
        if a_known is True and a is False:
            return Cell(value=False)
        b, b_known = right(read)
        no = (a_known & (a ^ True)) | (b_known & (b ^ True))
        return Cell(a & b, (a_known & b_known) | no)

    return evaluate


def either(left: Evaluate, right: Evaluate) -> Evaluate:
    """One of them: true where one is known to be."""

    def evaluate(read: Read) -> Cell:
        a, a_known = left(read)
        if a is True:
            return Cell(value=True)
        b, b_known = right(read)
        return Cell(a | b, (a_known & b_known) | a | b)

    return evaluate


def choice(which: Evaluate, yes: Evaluate, no: Evaluate) -> Evaluate:
    """One value where a condition holds, another where it does not; missing where that is not known."""

    def evaluate(read: Read) -> Cell:
        holds, known = which(read)
        if not isinstance(holds, np.ndarray):
            return MISSING if known is False else (yes if holds else no)(read)
        (a, a_known), (b, b_known) = yes(read), no(read)
        texts = any(isinstance(value, str) or getattr(value, "dtype", None) == np.object_ for value in (a, b))
        a, b = (np.asarray(value, dtype=np.object_ if texts else None) for value in (a, b))
        value, known = np.where(holds, a, b), known & np.where(holds, a_known, b_known)
        return Cell(value & known if _is_truth(value) else value, known)

    return evaluate


def negation(inner: Evaluate) -> Evaluate:
    """The opposite of a truth."""

    def evaluate(read: Read) -> Cell:
        value, known = inner(read)
        return Cell((value ^ True) & known, known)

    return evaluate


def known(inner: Evaluate) -> Evaluate:
    """Whether a value is known."""
    return lambda read: Cell(inner(read).known)


def minus(inner: Evaluate) -> Evaluate:
    """A number with its sign turned."""

    def evaluate(read: Read) -> Cell:
        value, known = inner(read)
        return MISSING if known is False else Cell(-value, known)

    return evaluate


def applied(function: Callable[..., Any], parts: list[Evaluate]) -> Evaluate:
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


def ratio(left: Evaluate, right: Evaluate) -> Evaluate:
    """A ratio; missing where it would be one to zero."""

    def evaluate(read: Read) -> Cell:
        (a, a_known), (b, b_known) = left(read), right(read)
        known = a_known & b_known & (b != 0)
        if known is False or not np.any(known):
            return MISSING if known is False else Cell(np.zeros(np.shape(known)), known)
        return Cell(a / np.where(known, b, 1) if isinstance(known, np.ndarray) else a / b, known)

    return evaluate


def each(op: str) -> Callable[..., Any]:
    """A function of single values, of arrays entry by entry."""
    function = _EACH[op]

    def apply(*values: Any) -> Any:
        sizes = [len(value) for value in values if isinstance(value, np.ndarray)]
        if not sizes:
            return function(*values)
        if op == "in" and isinstance(values[0], np.ndarray) and values[0].dtype.kind == "f" and values[1]:
            return np.isin(values[0], values[1])
        columns: Iterable[Any] = zip(*(_column(value, sizes[0]) for value in values), strict=True)
        return np.array([function(*row) for row in columns], dtype=_GIVES.get(op, np.bool_))

    return apply


def _column(value: Any, size: int) -> Iterable[Any]:
    return value.tolist() if isinstance(value, np.ndarray) else [value] * size


def _is_truth(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype == np.bool_
