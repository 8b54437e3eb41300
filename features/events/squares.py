"""Squares of integers, in parts whose sums stay within 64 bits."""

from __future__ import annotations

from typing import Protocol, Self, TypeVar

HIGH_PART = 2**40  # squares of amounts come in two parts: whole multiples of it, and the rest
NO_COORDINATE = 2**30  # further out than any place or gap; squares of more would leave 64 bits
_DIGIT = 2**24  # an amount below 10^14 is a number of two such digits


class IntegerColumn(Protocol):
    """What a frame expression and a NumPy array have in common."""

    def __floordiv__(self, other: int, /) -> Self: ...
    def __mod__(self, other: int, /) -> Self: ...
    def __add__(self, other: int | Self, /) -> Self: ...
    def __sub__(self, other: Self, /) -> Self: ...
    def __mul__(self, other: int | Self, /) -> Self: ...
    def __lt__(self, other: int, /) -> Self: ...
    def __ge__(self, other: int, /) -> Self: ...
    def __and__(self, other: Self, /) -> Self: ...
    def clip(self, low: int, high: int, /) -> Self:
        """Each value, or the bound that it lies beyond."""


Numbers = TypeVar("Numbers", bound=IntegerColumn)


def squared(x: IntegerColumn) -> IntegerColumn:
    """The square of a coordinate or a gap, which are small enough for sums of squares to stay within 64 bits."""
    x = x.clip(-NO_COORDINATE, NO_COORDINATE)
    return x * x


def _digits(x: Numbers) -> tuple[Numbers, Numbers]:
    """The two digits of the size of an amount, high and low."""
    size = x - x.clip(-(2**62), 0) * 2  # engines divide negative integers in different ways
    return size // _DIGIT, size % _DIGIT


def _rest(a: Numbers, b: Numbers) -> Numbers:
    """What is left of the square of an amount, with ``a² · 2^48`` and whole :data:`HIGH_PART` of ``a · b · 2^25`` off.

    With ``|x| = a · 2^24 + b`` the square is ``a² · 2^48 + a · b · 2^25 + b²``.
    """
    return (a * b % 2**15) * 2**25 + b * b


def square_high(x: Numbers) -> Numbers:
    """How many whole :data:`HIGH_PART` the square of an amount holds.

    >>> import numpy as np
    >>> amounts = np.array([3, -(10**13), 2**20])
    >>> [int(h) * HIGH_PART + int(l) for h, l in zip(square_high(amounts), square_low(amounts))]
    [9, 100000000000000000000000000, 1099511627776]
    """
    a, b = _digits(x)
    return a * a * 2**8 + a * b // 2**15 + _rest(a, b) // HIGH_PART


def square_low(x: Numbers) -> Numbers:
    """What the square of an amount holds beside :func:`square_high`."""
    return _rest(*_digits(x)) % HIGH_PART
