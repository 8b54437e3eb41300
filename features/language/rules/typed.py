"""Values as tables, events and requests tell them, as what rules take them for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

import numpy as np

from features.errors import StamkundError
from features.language.rules.types import Type
from features.reading.iso import parse

_TRUTHS: Final = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}


def typed(value: object, kind: Type) -> object:
    """A value as what it is declared to be; None where it is missing or no such thing.

    >>> typed("3.50", "number"), typed("yes", "boolean"), typed("a|b", "list"), typed("much", "number")
    (3.5, True, frozenset({...}), None)
    >>> typed(["a", "b"], "text") is None
    True
    """
    if value is None or value == "":
        return None
    with suppress(ValueError, TypeError):
        return _READERS[kind](value)
    return None


def _boolean(value: object) -> bool:
    if str(value).strip().lower() not in _TRUTHS:
        raise ValueError(value)
    return _TRUTHS[str(value).strip().lower()]


def _number(value: object) -> float:
    number = float(value)  # type: ignore[arg-type]
    if not np.isfinite(number):
        raise ValueError(value)
    return number


def _moment(value: object) -> int:
    if isinstance(value, int):
        return value
    try:
        return parse(str(value).replace(" ", "T", 1))
    except StamkundError as error:
        raise ValueError(value) from error


def _list(value: object) -> frozenset[str]:
    several = value.split("|") if isinstance(value, str) else value
    return frozenset(map(str, several))  # type: ignore[call-overload]


def _text(value: object) -> str:
    if isinstance(value, list | tuple | set | frozenset | dict):
        raise TypeError(value)
    return str(value)


_READERS: Final[Mapping[Type, Callable[[object], object]]] = {
    "number": _number, "text": _text, "boolean": _boolean, "list": _list, "moment": _moment,
}  # fmt: skip
