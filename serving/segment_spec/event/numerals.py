"""Numbers of messages digit for digit: ids may be numbers, and no double holds more than fifteen digits of any."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Final

import orjson

from serving.reading.repeated_names import repeated_names
from serving.segment_spec.event.ambiguous import mark_ambiguous
from serving.segment_spec.event.depth import cut, marked

_AS_ZEROS: Final = bytes(ord("0") if chr(code) in "0123456789." else code for code in range(256))
_MANY_DIGITS: Final = b"0" * 17  # with a point among them, sixteen
_FIRST_INEXACT: Final = 2**53  # from here on doubles leave out integers
_LONGEST_INTEGER: Final = 19  # characters of an integer of 64 bits; longer ones may be no integers to those who store


class Numeral(float):
    """A number that keeps the digits it was written with.

    >>> Numeral("99999999999999999991"), float(Numeral("0.50"))
    (99999999999999999991, 0.5)
    """

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return self._text

    __repr__ = __str__


def read_json(body: bytes) -> object:
    """What a body says, long numbers as :class:`Numeral`; ``json.JSONDecodeError`` when it is not JSON.

    Messages that are nested too deeply, or that name something twice, are marked.

    >>> read_json(b'[5, 0.25, 157963456373623802.0]')
    [5, 0.25, 157963456373623802.0]
    """
    try:
        return _read(body)
    except (json.JSONDecodeError, RecursionError) as error:
        try:
            if (shallow := cut(body)) != body:
                return _read(shallow, marked)
        except json.JSONDecodeError:  # it tells places in what was cut
            raise error from None
        raise


def _read(body: bytes, mark: Callable[[object], object] = lambda content: content) -> object:
    content: object = orjson.loads(body)
    repeated = repeated_names(body, content)
    has_long = _MANY_DIGITS in body.translate(_AS_ZEROS)  # in a twentieth of the time of reading it
    return mark_ambiguous(mark(_read_exactly(body) if has_long else content), repeated, body)


def _integer(text: str) -> int | Numeral:
    return int(text) if len(text) <= _LONGEST_INTEGER else Numeral(text)


def digits(number: float) -> str | None:
    """A number as a text, digit for digit, whole ones without a '.0'; None when its digits are not known.

    >>> digits(7.0), digits(0.25), digits(Numeral("157963456373623802.0")), digits(1e22)
    ('7', '0.25', '157963456373623802', None)
    """
    written = str(number)
    if "e" in written.lower() if isinstance(number, Numeral) else abs(number) >= _FIRST_INEXACT:
        return None
    whole, _, fraction = f"{Decimal(written):f}".partition(".")
    return f"{whole}.{fraction}" if fraction.strip("0") else whole


_read_exactly: Final = partial(json.loads, parse_int=_integer, parse_float=Numeral)
