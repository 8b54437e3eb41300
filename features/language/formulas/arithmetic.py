"""The few operations that differ between one number and an array of them, so that a formula is written once for both.

Both kinds of number are IEEE doubles, so a formula gives the same result to the bit either way; for one customer plain
numbers are many times as fast.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Number = Any  # a float, or an array of them: the operators that formulas need mean the same for both
NAN = float("nan")


@dataclass(frozen=True)
class Arithmetic:
    """The operations for one kind of number; ``argmax`` and ``argmin`` give the first of equal places.

    ``any`` tells whether a test holds of some of several numbers.
    """

    where: Callable[[Number, Number, Number], Number]
    maximum: Callable[[Number, Number], Number]
    sqrt: Callable[[Number], Number]
    cos: Callable[[Number], Number]
    argmax: Callable[[Number], Number]
    argmin: Callable[[Number], Number]
    any: Callable[[Callable[[Number], Number], Number], Number]

    def divide(self, dividend: Number, divisor: Number, condition: Number) -> Number:
        """The quotient where the condition holds, NaN elsewhere.

        >>> SINGLE.divide(1.0, 4.0, True), SINGLE.divide(1.0, 0.0, False)
        (0.25, nan)
        """
        return self.where(condition, dividend / self.where(condition, divisor, 1.0), NAN)


ARRAYS = Arithmetic(
    where=np.where,
    maximum=np.maximum,
    sqrt=np.sqrt,
    cos=np.cos,
    argmax=lambda values: np.argmax(values, axis=0),
    argmin=lambda values: np.argmin(values, axis=0),
    any=lambda test, values: np.any(test(values), axis=0),
)
SINGLE = Arithmetic(
    where=lambda condition, one, other: one if condition else other,
    maximum=max,
    sqrt=math.sqrt,
    cos=lambda value: float(np.cos(value)),  # as of arrays: libraries differ in the last bit
    argmax=lambda values: values.index(max(values)),
    argmin=lambda values: values.index(min(values)),
    any=lambda test, values: any(map(test, values)),
)
