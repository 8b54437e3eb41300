"""Amounts of money in messages: whole minor units, rounded half to even, bounded, shared out to the last unit."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise
from typing import Final

from features.errors import StamkundError
from serving.segment_spec.fields import number_of

MOST: Final = 10**15  # minor units of one message: thousands of them still add up within 64 bits


def minor(value: object, at: str, minor_units: int) -> int:
    """A message's number as minor units; ``at`` is where it stands, for the error.

    >>> minor(2.345, "properties.revenue", 2), minor("12", "properties.revenue", 0)
    (234, 12)
    """
    number_of(value, at)
    return rounded(Decimal(str(value)), at, minor_units)


def rounded(amount: Decimal, at: str, minor_units: int) -> int:
    """An exact amount as minor units."""
    return int(bounded(amount.scaleb(minor_units), at).quantize(Decimal(1), ROUND_HALF_EVEN))


def bounded(amount: Decimal, at: str) -> Decimal:
    """An amount in minor units that a record can hold and add up."""
    if abs(amount) > MOST:
        raise StamkundError(
            "bad_amount", f"{at}: {amount:.3e} minor units are more than the {MOST:.0e} taken.", field=at
        )
    return amount


def shared(total: int, weights: Sequence[int]) -> list[int]:
    """A whole number shared out in proportion to weights, to the last unit.

    >>> shared(100, [1, 1, 1]), shared(5, [0, 0])
    ([33, 33, 34], [0, 5])
    """
    if not sum(weights):
        return [0] * (len(weights) - 1) + [total]
    bounds, run = [0], 0
    for weight in weights:
        run += weight
        bounds.append(total * run // sum(weights))
    return [after - before for before, after in pairwise(bounds)]
