"""Durations, sizes and moments, as people write them and as the machine counts them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
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
    return _counted(text, _DURATIONS, "a duration such as 28d, 12h or 8w (units: s, m, h, d, w)")


def size(text: object) -> int:
    """Bytes of a size such as ``1MB``.

    >>> size("1MB")
    1000000
    """
    return _counted(text, _SIZES, "a size such as 500kB or 1MB (units: B, kB, MB, GB)")


def micros(moment: datetime | date) -> int:
    """Microseconds since 1970 in UTC; a moment without a zone is taken as UTC, a day as its beginning.

    >>> micros(datetime(1970, 1, 2))
    86400000000
    """
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time.min)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    since = aware - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds


def _counted(text: object, units: dict[str, int], wanted: str) -> int:
    known = {name.lower(): factor for name, factor in units.items()}
    match = re.fullmatch(r"(\d+)\s*([A-Za-z]+)", str(text).strip())
    if not match or match[2].lower() not in known or int(match[1]) == 0:
        msg = f"{text!r} is not {wanted}"
        raise ValueError(msg)
    return int(match[1]) * known[match[2].lower()]


Duration = Annotated[int, BeforeValidator(duration)]
Size = Annotated[int, BeforeValidator(size)]
