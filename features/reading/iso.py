"""Texts in ISO 8601 as moments: what HTTP, the command line and the settings take, read as in files."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta, timezone
from functools import cache
from typing import Final

from features.errors import StamkundError
from features.moments import micros
from features.reading.time_forms import ISO_FORMS


def parse(
    text: object, *, code: str = "bad_time", field: str | None = None, day_ends: bool = False, timezone: str = "UTC"
) -> int:
    """The moment that a text in ISO 8601 means; a day is its beginning, or its last microsecond with ``day_ends``.

    What tells no offset is local time of the ``timezone``.

    >>> parse("1970-01-02"), parse("1970-01-02", day_ends=True), parse("1970-01-01T01:00:00+01:00")
    (86400000000, 172799999999, 0)
    """
    written, is_day = _read(text, code, field)
    return micros(datetime.combine(written, time.max) if day_ends and is_day else written, timezone)


_BARE: Final = {"bad_date": "bad_date.bare", "bad_time": "bad_time.bare", "bad_setting": "bad_setting.bare"}  # no text


def as_written(text: object, *, code: str = "bad_time", field: str | None = None) -> datetime:
    """The date and time that a text in ISO 8601 tells, with its offset if it tells one.

    >>> as_written("2024-06-01"), as_written("2024-06-01T12:00Z").tzinfo
    (datetime.datetime(2024, 6, 1, 0, 0), datetime.timezone.utc)
    """
    return _read(text, code, field)[0]


def day_or_moment(text: object, *, field: str) -> tuple[int, bool]:
    """The moment that a text in ISO 8601 means, in UTC, of a day its last microsecond; and whether it tells a day only.

    >>> day_or_moment("1970-01-01", field="at"), day_or_moment("1970-01-01T00:00Z", field="at")
    ((86399999999, True), (0, False))
    """
    written, is_day = _read(text, "bad_time", field)
    return micros(datetime.combine(written, time.max) if is_day else written, "UTC"), is_day


def _read(text: object, code: str, field: str | None) -> tuple[datetime, bool]:
    """The date and time that a text tells, and whether it tells a day only."""
    if isinstance(text, str):
        for pattern in _patterns():
            if match := pattern.match(text):
                with suppress(ValueError, OverflowError):
                    return _written(match.groupdict()), match["hour"] is None
        raise StamkundError(code, text=text, field=field)
    raise StamkundError(_BARE[code], text=repr(text), field=field)


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(form.pattern.replace("$", r"\Z")) for form in ISO_FORMS)  # $ would pass a line's end


def _written(parts: dict[str, str | None]) -> datetime:
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    micro = int((parts["fraction"] or "0").ljust(6, "0")[:6])
    year, month, day = (int(parts[name] or 0) for name in ("year", "month", "day"))
    written = datetime(year, month, day, hour, minute, second, micro, tzinfo=_zone(parts["zone"]))
    (written if written.tzinfo else written.replace(tzinfo=UTC)).astimezone(UTC)  # an OverflowError if it is no moment
    return written


def _zone(text: str | None) -> timezone | None:
    """The zone of an offset such as ``+02:00``, ``+0200`` or ``+02``."""
    if text is None:
        return None
    if text in "Zz":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)
