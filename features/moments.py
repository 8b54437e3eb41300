"""Moments: microseconds since 1970 in UTC, as datetimes and as texts, exact."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from features.units import SECOND

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(moment: datetime | date, timezone: str = "UTC") -> int:
    """Microseconds since 1970 in UTC; a moment without a zone is taken in the ``timezone``, a day as its beginning.

    Of an hour that comes twice in autumn the first is meant; one that spring leaves out counts on from the hour before.

    >>> micros(datetime(1970, 1, 2)), micros(date(1970, 1, 2), "Europe/Berlin")
    (86400000000, 82800000000)
    """
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time.min)
    since = (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(timezone))) - _EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds


def utc(moment: int) -> datetime:
    """The datetime of a moment, in UTC.

    >>> utc(86_399_999_999)
    datetime.datetime(1970, 1, 1, 23, 59, 59, 999999, tzinfo=datetime.timezone.utc)
    """
    return _EPOCH + timedelta(microseconds=int(moment))  # NumPy's integers are none that it knows


def iso(moment: int) -> str:
    """A moment in ISO 8601, to the microsecond where it has any.

    >>> iso(0), iso(86_399_999_999)
    ('1970-01-01T00:00:00Z', '1970-01-01T23:59:59.999999Z')
    """
    return utc(moment).isoformat().replace("+00:00", "Z")


def minute(moment: int) -> str:
    """The day and minute of a moment, for people.

    >>> minute(86_399_999_999)
    '1970-01-01 23:59'
    """
    return utc(moment).isoformat(" ", "minutes").removesuffix("+00:00")


def day(moment: int) -> str:
    """The day of a moment.

    >>> day(0)
    '1970-01-01'
    """
    return utc(moment).date().isoformat()


def month(moment: int) -> str:
    """The month of a moment, as the lake labels its parts.

    >>> month(0)
    '1970-01'
    """
    return day(moment)[:7]
