"""Formulas of spread: the standard deviation from sums of values and of their squares."""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

from features.events.squares import HIGH_PART
from features.language.formulas.arithmetic import NAN, Arithmetic, Number
from features.language.terms import NEVER, UNBORN

T = TypeVar("T")
_NEVER, _UNBORN = float(NEVER), float(UNBORN)  # as operands hold them


class DeviationOperands(NamedTuple, Generic[T]):
    """The sum of values, the sum of their squares, and how many there are."""

    total: T
    squares: T
    number: T


class WideDeviationOperands(NamedTuple, Generic[T]):
    """The same where squares need more than 64 bits: ``squares_high`` counts whole :data:`HIGH_PART`, low the rest."""

    total: T
    squares_high: T
    squares_low: T
    number: T


def deviation(m: Arithmetic, operands: Number, _parameters: Number, _as_of: int) -> Number:
    """The standard deviation of values whose squares are small."""
    return standard_deviation(m, *DeviationOperands(*operands))


def wide_deviation(m: Arithmetic, operands: Number, _parameters: Number, _as_of: int) -> Number:
    """The standard deviation of amounts, however large."""
    o = WideDeviationOperands(*operands)
    return standard_deviation(m, o.total, o.squares_high * HIGH_PART + o.squares_low, o.number)


def standard_deviation(m: Arithmetic, total: Number, squares: Number, count: Number) -> Number:
    """The sample standard deviation; of fewer than two values undefined."""
    n = m.maximum(count, 2.0)
    variance = m.maximum(squares - total / n * total, 0.0) / (n - 1.0)
    return m.where(count >= 2, m.sqrt(variance), NAN)


def exists(value: Number) -> Number:
    """Whether an operand is a value, and not what an aggregate over no event is."""
    return (value != _NEVER) & (value != _UNBORN)
