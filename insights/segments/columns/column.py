"""One name of a rule, such as ``features.spend_90d``, for all customers: each value in as few bytes as hold it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Protocol, Self

import numpy as np
import numpy.typing as npt

from features.arrays import Floats
from features.language.rules.evaluate import Cell
from features.language.rules.types import Type

Values = npt.NDArray[Any]
NOTHING: Final = -1  # the code of a word that is missing
_WHOLE: Final = (np.int8, np.int16, np.int32)
_UNKNOWN: Final = np.iinfo(np.int64).min  # a moment that is missing


_EMPTY: Final[Mapping[Type, object]] = {"text": "", "list": frozenset(), "boolean": False}


class Source(Protocol):
    """What gives the value of a name for some customers in a row."""

    def cell(self, rows: slice) -> Cell:
        """Their values, and which of them are known."""
        ...


@dataclass(frozen=True)
class Constant:
    """What is the same for everybody, such as ``time.now``."""

    value: object

    def cell(self, rows: slice) -> Cell:  # noqa: ARG002  (all sources have this form)
        """The value, once."""
        return Cell(self.value)


@dataclass(frozen=True)
class Column:
    """Values of a ``kind``: numbers or moments as they are, the least integer or NaN where one is missing.

    With ``words`` the values are places among them, −1 where none is known.

    >>> column = Column.of_words(["web", None, "shop"], "text")
    >>> column.values.tolist(), column.words, column.cell(slice(0, 2))
    ([1, -1, 0], ('shop', 'web'), Cell(value=array(['web', ''], dtype=object), known=array([ True, False])))
    """

    kind: Type
    values: Values
    words: tuple[object, ...] | None = None

    @classmethod
    def of_numbers(cls, values: Floats) -> Self:
        """Numbers of which some may be NaN, in the narrowest type that gives every one back.

        >>> for values in ([3.0, np.nan], [0.5, -0.0], [0.1, 2.0]):
        ...     column = Column.of_numbers(np.array(values))
        ...     print(column.values.dtype, column.cell(slice(0, 2)))
        int8 Cell(value=array([ 3., nan]), known=array([ True, False]))
        float32 Cell(value=array([ 0.5, -0. ]), known=array([ True,  True]))
        float64 Cell(value=array([0.1, 2. ]), known=array([ True,  True]))
        """
        for type_ in _WHOLE:
            narrow = _narrowed(values, type_)
            if narrow is not None:
                return cls("number", narrow)
        with np.errstate(over="ignore"):
            half = values.astype(np.float32)
        return cls("number", half if np.array_equal(half.astype(np.float64), values, equal_nan=True) else values)

    @classmethod
    def of_moments(cls, values: Sequence[int | None]) -> Self:
        """Moments (µs)."""
        return cls("moment", np.array([_UNKNOWN if value is None else value for value in values], dtype=np.int64))

    @classmethod
    def of_words(cls, values: Sequence[object], kind: Type) -> Self:
        """Texts, truths, or lists; each different one is kept once."""
        words = tuple(sorted({value for value in values if value is not None}, key=_order))
        places = {word: place for place, word in enumerate(words)} | {None: NOTHING}
        return cls.of_codes(np.array([places[value] for value in values], dtype=np.int32), words, kind)

    @classmethod
    def of_codes(cls, codes: Values, words: Sequence[object], kind: Type) -> Self:
        """Places among words, in the narrowest type that holds them."""
        narrow = np.min_scalar_type(-max(len(words), 1))
        return cls(kind, codes.astype(narrow), tuple(words))

    def cell(self, rows: slice) -> Cell:
        """The values of some customers, and which are known."""
        values = self.values[rows]
        if self.words is not None:
            return Cell(self._table[values], values >= 0)
        if self.kind == "moment":
            return Cell(values, values != _UNKNOWN)
        if values.dtype.kind == "f":
            numbers = values.astype(np.float64, copy=False)
            return Cell(numbers, ~np.isnan(numbers))
        known = values != np.iinfo(values.dtype).min
        return Cell(np.where(known, values, np.nan), known)

    @cached_property
    def _table(self) -> Values:
        """The words, and behind them what stands where none is known."""
        words = [*(self.words or ()), _EMPTY[self.kind]]
        if self.kind == "boolean":
            return np.array(words, dtype=np.bool_)
        table = np.empty(len(words), dtype=object)
        table[:] = words
        return table

    def at(self, place: int) -> Cell:
        """The value of one customer, as a record tells it."""
        value, known = self.cell(slice(place, place + 1))
        one = value[0]
        return Cell(one.item() if isinstance(one, np.generic) else one) if known[0] else Cell(value=False, known=False)


def _narrowed(values: Floats, type_: type[np.signedinteger[Any]]) -> Values | None:
    """The values as integers, missing ones as the least; None where that would not give all of them back."""
    least, most = np.iinfo(type_).min, np.iinfo(type_).max
    missing = np.isnan(values)
    if not ((values > least) & (values <= most) | missing).all() or np.signbit(values[values == 0]).any():
        return None
    narrow = np.where(missing, least, values).astype(type_)
    return narrow if np.array_equal(narrow[~missing], values[~missing]) else None


def _order(word: object) -> str:
    return "\0".join(sorted(map(str, word))) if isinstance(word, frozenset) else str(word)
