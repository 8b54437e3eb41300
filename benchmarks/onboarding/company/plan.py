"""What happens in a company, in a few numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """What happens in a company.

    Shares are of orders. ``refunded`` ones are given back whole, ``returned`` ones in part; ``cancelled`` and
    ``failed`` ones never came about; ``guests`` name no customer.
    """

    seed: int = 1
    customers: int = 40
    orders: int = 120
    lines: int = 3
    most: int = 3  # pieces of a line
    refunded: float = 0.0
    returned: float = 0.0
    cancelled: float = 0.0
    failed: float = 0.0
    guests: float = 0.0
    shipping: bool = False
    discounts: bool = False
    tax: float = 0.0  # on top of the prices
    days: int = 31  # the last day of a month on which anything happens
    months: int = 6
    daily: bool = False  # all within few days, so that several orders fall on one
    shuffled: bool = False  # files are in no order
    zone: str = "Europe/Berlin"
    currency: str = "EUR"
    currencies: tuple[str, ...] = ()
