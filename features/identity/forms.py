"""The values of identifiers written alike: one rule for single values and for columns of them."""

from __future__ import annotations

import re
from functools import lru_cache

import polars as pl

from features.config.identity import IdentifierType


def plain(value: str, kind: IdentifierType) -> str:
    """A value as its type writes it; empty where nothing of it identifies anybody.

    >>> plain(" Anna@Example.SE ", IdentifierType(form="email"))
    'anna@example.se'
    >>> swedish = IdentifierType(form="phone", region="SE")
    >>> plain("070-123 45 67", swedish), plain("+46 (0)70 123 45 67", swedish), plain("0046701234567", swedish)
    ('+46701234567', '+46701234567', '+46701234567')
    >>> plain("070-123 45 67", IdentifierType(form="phone")), plain("none", swedish)
    ('0701234567', '')
    """
    if kind.form == "email":
        return value.strip().casefold()
    return _digits(value, kind.region) if kind.form == "phone" else value


def plain_column(values: pl.Series, kind: IdentifierType) -> pl.Series:
    """The same of a column."""
    if kind.form == "text":
        return values
    return pl.Series(values.name, [plain(value, kind) for value in values.to_list()], pl.String)


def _digits(value: str, region: str | None) -> str:
    number = re.sub("[^0-9+]", "", value.replace("(0)", ""))
    digits = number.replace("+", "")
    if number.startswith("+"):
        return f"+{digits}" if digits else ""
    if digits.startswith("00"):
        return f"+{digits[2:]}" if digits[2:] else ""
    if not digits or region is None:
        return digits
    country, trunk = _prefixes(region)
    return f"+{country}{digits.removeprefix(trunk)}"


@lru_cache
def _prefixes(region: str) -> tuple[int, str]:
    """The code of a region's country, and what its people dial before a number within it."""
    from phonenumbers import country_code_for_region, ndd_prefix_for_region  # noqa: PLC0415  (large)

    return country_code_for_region(region), ndd_prefix_for_region(region, strip_non_digits=True) or ""
