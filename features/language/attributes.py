"""Attributes: what is known of customers beside their events, and how their values become numbers.

A value is a text, as tables hold it, or a value of JSON, as ``identify`` events hold it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

from features.errors import StamkundError
from features.moments import parse
from features.units import DAY

# Where it stands: in the table of customers; there or, from their time on, in what `identify` events say; in snapshots.
Origin = Literal["customers", "traits", "snapshots"]
# What it is read as: a word of a vocabulary, a number, days since a date, a number less that of the snapshot before.
Reading = Literal["word", "number", "date", "change"]

MOST_WORDS: Final = 50  # an attribute with more different texts tells who somebody is, not what they are like
ID_DIGITS: Final = 6  # whole numbers of so many digits that are all different are somebody's number, not a quantity
_NUMBER = re.compile(r"[+-]?(0|[1-9][0-9]*)([.][0-9]+)?")
_MOST_DIGITS = 18
NAN = float("nan")


@dataclass(frozen=True)
class Attribute:
    """An attribute that features are made of; ``vocabulary`` are its words, sorted, where it is read as one."""

    name: str
    origin: Origin = "customers"
    reading: Reading = "word"
    vocabulary: tuple[str, ...] = ()


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
    """The moment (µs) that a text in ISO 8601 means, a day its beginning; None for any other text.

    >>> date_of("1970-01-02"), date_of("tomorrow"), date_of("19700102")
    (86400000000, None, None)
    """
    if "-" not in text:
        return None
    try:
        return parse(text)
    except StamkundError:
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


def attribute_of(name: str, origin: Origin, texts: Collection[str], *, count: int) -> Attribute | str:
    """What an attribute is read as that has these different ``texts`` in ``count`` values, or else why it is not used.

    >>> attribute_of("age", "customers", ["34", "7"], count=3)
    Attribute(name='age', origin='customers', reading='number', vocabulary=())
    >>> attribute_of("email", "customers", [f"{n}@example.org" for n in range(99)], count=99)
    '99 different texts'
    """
    distinct = sorted(texts)
    if len(distinct) < 2:
        return "the same for everybody" if distinct else "no values"
    numbers = [number_of(text) for text in distinct]
    if all(number == number for number in numbers):  # noqa: PLR0124  (NaN is the only number that differs from itself)
        long = all(text.isdigit() and len(text) >= ID_DIGITS for text in distinct)
        if long and count == len(distinct) > MOST_WORDS and origin != "snapshots":
            return f"{count:,} whole numbers, all different"
        return Attribute(name, origin, "number")
    if all(date_of(text) is not None for text in distinct):
        return Attribute(name, origin, "date")
    if len(distinct) > MOST_WORDS:
        return f"{len(distinct):,} different texts"
    return Attribute(name, origin, "word", tuple(distinct))
