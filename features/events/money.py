"""Money: what an amount in units of the currency is in minor units, such as cents; one rule in Python and in SQL.

An amount is read to six decimals (what follows is the noise of floats), then rounded half to even: 1.005 is 1.00, and
1.015 is 1.02. What is negative stays so: −0.001 is −0.01. Amounts are below 10^12 units, so that sums of millions of
them are integers of 64 bits; below 10^11 where a unit has four decimals, so that their squares are two of these.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

DECIMALS = 6  # that are read
_EXACT = 10**8  # doubles below it have six exact decimals


@dataclass(frozen=True)
class Money:
    """The reporting currency: its code, and the decimals that its minor unit has."""

    currency: str
    minor_units: int


def power(decimals: int) -> int:
    """The power of ten that amounts are below, in units."""
    return 12 if decimals < 4 else 11


def minor_units(amount: Decimal, decimals: int) -> int | None:
    """The minor units of an amount, ``decimals`` of them below the point; None when it is too large for one.

    >>> minor_units(Decimal("1.005"), 2), minor_units(Decimal("-2.5"), 0), minor_units(Decimal("1e12"), 2)
    (100, -2, None)
    >>> minor_units(Decimal("-0.001"), 2), minor_units(Decimal("0.001"), 2)
    (-1, 0)
    """
    units = 10 ** power(decimals)
    if not amount.is_finite() or abs(amount) >= units:
        return None
    decimal = amount.quantize(Decimal(1).scaleb(-DECIMALS), ROUND_HALF_UP)
    if abs(decimal) >= units:
        return None
    return int(decimal.scaleb(decimals).quantize(Decimal(1), ROUND_HALF_EVEN)) or (-1 if decimal < 0 else 0)


def amount_text(minor: int, decimals: int) -> str:
    """An amount of minor units as a decimal of its currency, to the last digit; the reverse of :func:`minor_units`.

    >>> amount_text(180, 2), amount_text(-5, 2), amount_text(1500, 0)
    ('1.80', '-0.05', '1500')
    """
    return f"{Decimal(minor).scaleb(-decimals):f}"


def minor_units_sql(amount: str, type_: str, decimals: int) -> str:
    """The same of an SQL expression of a DuckDB type; null when it is too large.

    >>> print(minor_units_sql("paid", "VARCHAR", 2))
    coalesce(nullif(CAST(round_even(TRY_CAST(paid AS DECIMAL(18, 6)), 2) * 100 AS BIGINT), 0),
        -CAST(TRY_CAST(paid AS DECIMAL(18, 6)) < 0 AS BIGINT))
    """
    digits = power(decimals) + DECIMALS
    decimal = f"TRY_CAST({amount} AS DECIMAL({digits}, {DECIMALS}))"
    if type_ in {"FLOAT", "DOUBLE"}:  # beyond, only the text says which decimal a double stands for
        text = f"TRY_CAST(CAST({amount} AS VARCHAR) AS DECIMAL({digits}, {DECIMALS}))"
        decimal = f"CASE WHEN abs({amount}) < {_EXACT} THEN {decimal} ELSE {text} END"
    rounded = f"round_even({decimal}, {decimals})"
    if decimals > 3:  # the product has more than 18 digits
        rounded = f"CAST({rounded} AS DECIMAL(38, {decimals}))"
    minor = f"CAST({rounded} * {10**decimals} AS BIGINT)"
    return f"coalesce(nullif({minor}, 0), -CAST({decimal} < 0 AS BIGINT))"
