"""Durations and sizes, as people write them and as the machine counts them."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY

_DURATIONS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": WEEK}
_SIZES = {"B": 1, "kB": 1000, "MB": 1000**2, "GB": 1000**3}


def duration(text: object) -> int:
    """Microseconds of a duration such as ``28d``, ``12h`` or ``8w``.

    >>> duration("28d") == 28 * DAY
    True
    """
    return _quantity(text, _DURATIONS, "a duration such as 28d, 12h or 8w (units: s, m, h, d, w)")


def size(text: object) -> int:
    """Bytes of a size such as ``1MB``.

    >>> size("1MB")
    1000000
    """
    return _quantity(text, _SIZES, "a size such as 500kB or 1MB (units: B, kB, MB, GB)")


def _quantity(text: object, units: dict[str, int], form: str) -> int:
    factors = {name.lower(): factor for name, factor in units.items()}
    match = re.fullmatch(r"(\d+)\s*([A-Za-z]+)", str(text).strip())
    if not match or match[2].lower() not in factors or int(match[1]) == 0:
        msg = f"{text!r} is not {form}"
        raise ValueError(msg)
    return int(match[1]) * factors[match[2].lower()]


Duration = Annotated[int, BeforeValidator(duration)]
Size = Annotated[int, BeforeValidator(size)]
