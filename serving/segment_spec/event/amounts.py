"""Amounts of money in messages: as minor units, and shared out to the last unit."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from features.errors import StamkundError
from features.events.money import minor_units, power
from serving.segment_spec.event.fields import decimal_of, display

MOST_DIGITS = 18  # before the point, so that products of amounts and quantities can be computed


def minor(value: object, at: str, decimals: int) -> int:
    """A message's amount as minor units; ``at`` is where it stands, for the error.

    >>> minor(2.345, "properties.revenue", 2), minor("12", "properties.revenue", 0)
    (234, 12)
    """
    return to_minor_units(exact(value, at), at, decimals)


def exact(value: object, at: str) -> Decimal:
    """A message's amount as it is written."""
    amount = decimal_of(value)
    if amount is None or amount.adjusted() > MOST_DIGITS:
        raise StamkundError("bad_amount", at=at, value=display(value), field=at)
    return amount


def to_minor_units(amount: Decimal, at: str, decimals: int) -> int:
    """An amount as minor units.

    >>> to_minor_units(Decimal("1e12"), "properties.revenue", 2)
    Traceback (most recent call last):
    features.errors.StamkundError: properties.revenue is 1.000e+12; amounts are below 10^12.
    """
    minor = minor_units(amount, decimals)
    if minor is None:
        raise StamkundError("bad_amount.too_large", at=at, value=f"{amount:.3e}", power=power(decimals), field=at)
    return minor


def share_out(total: int, weights: Sequence[int]) -> list[int]:
    """A whole number shared out in proportion to weights, to the last unit.

    >>> share_out(100, [1, 1, 1]), share_out(5, [0, 0])
    ([33, 33, 34], [0, 5])
    """
    if not sum(weights):
        return [0] * (len(weights) - 1) + [total]
    bounds, run = [0], 0
    for weight in weights:
        run += weight
        bounds.append(total * run // sum(weights))
    return [after - before for before, after in pairwise(bounds)]
