"""The time of a moment as rules read it."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from features.moments import utc

_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def clock(name: str, *, as_of: int, timezone: str) -> object:
    """What ``time.`` and a name is at a moment (µs), by the clock of a time zone.

    >>> [clock(name, as_of=0, timezone="Europe/Stockholm") for name in ("now", "date", "weekday", "hour")]
    [0, '1970-01-01', 'thursday', 1.0]
    """
    local = utc(as_of).astimezone(ZoneInfo(timezone))
    match name:
        case "now":
            return as_of
        case "date":
            return local.date().isoformat()
        case "weekday":
            return _WEEKDAYS[local.weekday()]
    return float(getattr(local, name))
