"""How integers become features: the one set of formulas that both evaluators finish with.

A formula takes the arithmetic for its kind of number (arrays or single numbers), its operands (the terms it reads), its
fitted parameters and ``as_of``. Where there are more than two operands, a named tuple gives each its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Generic, NamedTuple, TypeVar

import numpy as np

from features.arrays import Floats
from features.language.feature import Formula
from features.language.formulas.arithmetic import ARRAYS, NAN, SINGLE, Arithmetic, Number
from features.language.formulas.deviation import deviation, exists, wide_deviation
from features.language.formulas.geography import distance, scatter
from features.language.formulas.stages import journey, stage
from features.units import DAY, MINUTE

T = TypeVar("T")


def evaluate(formula: Formula, operands: Floats, parameters: Floats, *, as_of: int) -> Floats:
    """The results of a formula over arrays.

    Args:
        formula: which one.
        operands: ``[term, …]`` float64, the terms that the formula reads; the result has the other axes.
        parameters: ``[parameter, …]`` float64, what was fitted; it broadcasts against one operand.
        as_of: the moment looked from, in µs.

    >>> evaluate("ratio", np.array([[6.0, 1.0], [4.0, 0.0]]), np.empty((0, 2)), as_of=0)
    array([1.5, nan])
    """
    values: Floats = FORMULAS[formula](ARRAYS, operands, parameters, as_of)
    return values


def evaluate_one(formula: Formula, operands: Sequence[float], parameters: Sequence[float], *, as_of: int) -> float:
    """The result of a formula for one customer, from plain numbers; the same to the bit.

    >>> evaluate_one("ratio", [6.0, 4.0], [], as_of=0)
    1.5
    """
    return float(FORMULAS[formula](SINGLE, operands, parameters, as_of))


def band(values: Floats, cuts: Floats) -> Floats:
    """The number of the band that each value falls into, from 1; ``cuts`` are ascending; NaN stays NaN.

    >>> band(np.array([0.5, 1.0, 9.0, np.nan]), np.array([1.0, 2.0]))
    array([ 1.,  2.,  3., nan])
    """
    return cuts.searchsorted(values, side="right") + 1.0 + (values - values)  # NaN where the values are


def nearest(values: Floats, parameters: Floats) -> Floats:
    """The place of the centre that is nearest to each row of ``values[row, column]``.

    ``parameters`` has a column for each value and the rows fill, mean, spread, then one for each centre, in units of
    the spread. A NaN counts as its column's fill, a value beyond three spreads from the mean as three spreads.

    >>> one = np.array([[0.0], [10.0], [5.0], [-1.0], [1.0]])
    >>> nearest(np.array([[4.0], [14.0], [np.nan]]), one)
    array([0., 1., 0.])
    """
    fill, mean, spread, centres = parameters[0], parameters[1], parameters[2], parameters[3:]
    scaled = ((np.where(np.isnan(values), fill, values) - mean) / spread).clip(-3.0, 3.0)
    distances = np.square(scaled[:, None, :] - centres).sum(axis=2)
    places: Floats = distances.argmin(axis=1).astype(np.float64)
    return places


def _amount(m: Arithmetic, operands: Number, _parameters: Number, _as_of: int) -> Number:
    (value,) = operands
    return m.where(exists(value), value, NAN)


def _ratio(m: Arithmetic, operands: Number, _parameters: Number, _as_of: int) -> Number:
    dividend, divisor = operands
    return m.divide(dividend, divisor, divisor != 0)


def _change(m: Arithmetic, operands: Number, _parameters: Number, _as_of: int) -> Number:
    now, then = operands
    return m.divide(now, then, exists(now) & exists(then) & (then != 0))


def _since(m: Arithmetic, operands: Number, _parameters: Number, as_of: int) -> Number:
    (time,) = operands
    return m.where(exists(time), (as_of - time) / DAY, NAN)


def _until(m: Arithmetic, operands: Number, parameters: Number, as_of: int) -> Number:
    return -_since(m, operands, parameters, as_of)


class RhythmOperands(NamedTuple, Generic[T]):
    """The time of the last event in µs, the sum of the gaps between events in minutes, and how many gaps there are."""

    last: T
    gap_sum: T
    gap_count: T


def _rhythm(m: Arithmetic, operands: Number, _parameters: Number, as_of: int) -> Number:
    """The time since the last event over the mean gap."""
    o = RhythmOperands(*operands)
    return m.divide((as_of - o.last) / MINUTE * o.gap_count, o.gap_sum, o.gap_sum > 0)


def _greatest(m: Arithmetic, operands: Number, _parameters: Number, _as_of: int) -> Number:
    return m.where(m.any(_is_some, operands), m.argmax(operands), NAN)


def _least(m: Arithmetic, operands: Number, _parameters: Number, _as_of: int) -> Number:
    return m.where(m.any(exists, operands), m.argmin(operands), NAN)


def _is_some(value: Number) -> Number:
    return exists(value) & (value != 0)


FORMULAS: Final[Mapping[Formula, Callable[[Arithmetic, Number, Number, int], Number]]] = {
    "amount": _amount,
    "ratio": _ratio,
    "change": _change,
    "since": _since,
    "until": _until,
    "deviation": deviation,
    "wide_deviation": wide_deviation,
    "rhythm": _rhythm,
    "distance": distance,
    "scatter": scatter,
    "greatest": _greatest,
    "least": _least,
    "stage": stage,
    "journey": journey,
}
