"""Currencies in the names of columns, and beside the numbers in their cells."""

from __future__ import annotations

from features.onboarding.knowledge.vocabulary import tokens

CODES = ("EUR", "USD", "GBP", "SEK", "NOK", "DKK", "CHF", "PLN", "CZK", "JPY", "CAD", "AUD")
SIGNS = {"€": "EUR", "£": "GBP", "$": "USD", "¥": "JPY"}


def currency_in_name(name: str) -> str | None:
    """The currency that the name of an amount tells.

    >>> currency_in_name("usdAmount"), currency_in_name("Betrag (EUR)"), currency_in_name("amount")
    ('USD', 'EUR', None)
    """
    words = {word.upper() for word in tokens(name)}
    return next((code for code in CODES if code in words), None)
