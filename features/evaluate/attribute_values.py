"""The values of attributes as numbers: the one reading of both evaluators.

A value is a text, as tables hold it, or a value of JSON, as ``identify`` events hold it.
"""

from __future__ import annotations

import re
from contextlib import suppress

from features.errors import StamkundError
from features.language.attributes import Attribute
from features.reading.iso import parse
from features.units import DAY

_NUMBER = re.compile(r"[+-]?(0|[1-9][0-9]*)([.][0-9]+)?")
_MOST_DIGITS = 18
NAN = float("nan")


def text_of(value: object) -> str | None:
    """A value as text, None where there is none; a list or an object is none.

    >>> [text_of(value) for value in ("gold", 30, 5.0, 1.5, True, " ", None, ["a"])]
    ['gold', '30', '5', '1.5', 'true', None, None, None]
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return (str(value).strip() or None) if isinstance(value, str | int | float) else None


def number_of(text: str) -> float:
    """The number that a text is, NaN when it is none; what has leading zeros or more than 18 digits is none.

    >>> number_of("-12.5"), number_of("007"), number_of("1e3")
    (-12.5, nan, nan)
    """
    plain = _NUMBER.fullmatch(text)
    return float(text) if plain and sum(map(str.isdigit, text)) <= _MOST_DIGITS else NAN


def date_of(text: str) -> int | None:
    """The moment (µs) that a text in ISO 8601 means, a day its beginning, without a zone in UTC; None for other texts.

    >>> date_of("1970-01-02"), date_of("1970-01-01 10:00:00"), date_of("tomorrow")
    (86400000000, 36000000000, None)
    """
    for zoned in (text, f"{text}Z"):
        with suppress(StamkundError):
            return parse(zoned)
    return None


def value_of(attribute: Attribute, value: object, *, as_of: int) -> float:
    """What a value of an attribute comes to at a moment; NaN for an unknown one and one of another form.

    >>> value_of(Attribute("plan", vocabulary=("free", "gold")), "gold", as_of=0)
    1.0
    >>> value_of(Attribute("born", reading="date"), "1970-01-01", as_of=3 * DAY)
    3.0
    """
    text = text_of(value)
    if text is None:
        return NAN
    if attribute.reading == "word":
        return float(attribute.vocabulary.index(text)) if text in attribute.vocabulary else NAN
    if attribute.reading == "date":
        moment = date_of(text)
        return NAN if moment is None else (as_of - moment) / DAY
    return number_of(text)
