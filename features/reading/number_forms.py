"""The forms of numbers: plain ones, and those that a sample number shows, such as ``1.234,56``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from features.errors import StamkundError

SPACES = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"
_APOSTROPHES = "'\N{RIGHT SINGLE QUOTATION MARK}"
SAMPLES = ("1234.56", "1234,56", "1,234.56", "1.234,56", "1 234,56", "1 234.56", "1'234.56", "1'234,56", "12,34,567.89")

# Which currencies a sign may mean. The ISO code of each is a sign of it too.
SIGNS: Mapping[str, str] = {
    "€": "EUR",
    "£": "GBP EGP",
    "$": "USD CAD AUD NZD SGD HKD TWD MXN ARS CLP COP",
    "¥": "JPY CNY",
    "US$": "USD",
    "R$": "BRL",
    "kr": "SEK NOK DKK ISK",
    "kr.": "SEK NOK DKK ISK",
    "Fr.": "CHF",
    "SFr.": "CHF",
    "zł": "PLN",
    "Kč": "CZK",
    "Ft": "HUF",
    "lei": "RON",
    "₹": "INR",
    "Rs.": "INR",
    "₺": "TRY",
    "₽": "RUB",
    "₴": "UAH",
    "₩": "KRW",
    "₪": "ILS",
    "฿": "THB",
    "₫": "VND",
    "R": "ZAR",
}


@dataclass(frozen=True)
class NumberForm:
    """What stands between thousands and before decimals; ``lakhs`` has groups of two above the thousands.

    >>> NumberForm(".", ",").digits
    '(?:[0-9]{1,3}(?:[.][0-9]{3})+|[0-9]+)(?:[,][0-9]+)?'
    """

    thousands: str = ""
    decimal: str = "."
    lakhs: bool = False

    @property
    def digits(self) -> str:
        """The regular expression of a number without its sign."""
        if not self.thousands:
            return f"[0-9]+(?:[{self.decimal}][0-9]+)?"
        groups = f"[0-9]{{1,3}}(?:[{self.thousands}][0-9]{{3}})+"
        if self.lakhs:
            groups = f"[0-9]{{1,2}}(?:[{self.thousands}][0-9]{{2}})*[{self.thousands}][0-9]{{3}}"
        return f"(?:{groups}|[0-9]+)(?:[{self.decimal}][0-9]+)?"


PLAIN = NumberForm()


def number_format(sample: str) -> NumberForm:
    """The form that a sample number shows; it must be plain which of them is which.

    >>> number_format("1.234,56")
    NumberForm(thousands='.', decimal=',', lakhs=False)
    >>> number_format("1,234")
    Traceback (most recent call last):
    features.errors.StamkundError: The format '1,234' does not show ...
    """
    plain = re.fullmatch(r"[0-9]{4,}([.,])[0-9]{1,2}", sample)
    if plain:
        return NumberForm("", plain[1])
    grouped = re.fullmatch(
        rf"[0-9]{{1,3}}([.,{_APOSTROPHES}{SPACES}])([0-9]{{2}}\1)*[0-9]{{3}}([.,])[0-9]{{1,2}}", sample
    )
    if grouped is None or grouped[1] == grouped[3]:
        msg = f"The format {sample!r} does not show what stands before decimals; give one of {', '.join(SAMPLES)}."
        raise StamkundError("bad_format", msg)
    kind = next((marks for marks in (_APOSTROPHES, SPACES) if grouped[1] in marks), grouped[1])
    return NumberForm(kind, grouped[3], lakhs=grouped[2] is not None)


def signs_of(currency: str) -> list[str]:
    """What may stand beside an amount in this currency.

    >>> signs_of("EUR")
    ['EUR', 'eur', '€']
    """
    return [currency, currency.lower(), *(sign for sign, codes in SIGNS.items() if currency in codes.split())]
