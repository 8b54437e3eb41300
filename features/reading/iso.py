"""Texts in ISO 8601 as moments: what HTTP, the command line and the settings take, read as in files."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from functools import cache

from features.errors import StamkundError
from features.moments import micros
from features.reading.time_forms import ISO_FORMS
from features.units import DAY


def parse(text: object, *, code: str = "bad_time", field: str | None = None, day_ends: bool = False) -> int:
    """The moment that a text in ISO 8601 means; a day is its beginning, or its last microsecond with ``day_ends``.

    >>> parse("1970-01-02"), parse("1970-01-02", day_ends=True), parse("1970-01-01T01:00:00+01:00")
    (86400000000, 172799999999, 0)
    """
    if isinstance(text, str):
        for pattern in _patterns():
            if match := pattern.match(text):
                with suppress(ValueError, OverflowError):
                    return _moment(match.groupdict(), day_ends=day_ends)
    msg = f"{text!r} is not a moment; give ISO 8601, e.g. 2017-12-03 or 2017-12-03T18:00:00+01:00."
    raise StamkundError(code, msg, field=field)


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(form.pattern.replace("$", r"\Z")) for form in ISO_FORMS)  # $ would pass a line's end


def _moment(parts: dict[str, str | None], *, day_ends: bool) -> int:
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    micro = int((parts["fraction"] or "0").ljust(6, "0")[:6])
    year, month, day = (int(parts[name] or 0) for name in ("year", "month", "day"))
    written = datetime(year, month, day, hour, minute, second, micro, tzinfo=_zone(parts["zone"]))
    moment = micros(written.astimezone(UTC))
    return moment + (DAY - 1 if day_ends and parts["hour"] is None else 0)


def _zone(text: str | None) -> timezone:
    """The zone of an offset such as ``+02:00``, ``+0200`` or ``+02``."""
    if text is None or text in "Zz":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)
