"""Local time: what a clock on the wall shows, from which days, weeks, evenings and weekends are told."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from features.arrays import Ints
from features.events.tables import EVENT_YEARS
from features.moments import utc
from features.units import DAY, SECOND, WEEK

LOCAL = "local_time"  # a column of frames and records: the event's time on the company's clock
# Local times are counted from a week before 1970 so that none is negative: engines divide these in different ways.
_START = WEEK


class Clock(NamedTuple):
    """A zone's clock: the moments at which it is put forward or back (µs, ascending), and how far it is ahead of them.

    ``ahead`` has one more than ``changes``: before the first, between each two, and after the last.
    """

    changes: Ints
    ahead: Ints

    def local(self, time: Ints) -> Ints:
        """Moments (µs, UTC) as local times (µs)."""
        if not len(self.changes):
            return time + self.ahead[0] if self.ahead[0] else time
        local: Ints = time + self.ahead[self.changes.searchsorted(time, side="right")]
        return local

    def between(self, first: int, last: int) -> Clock:
        """The clock as it goes from one moment to another."""
        start, end = self.changes.searchsorted([first, last], side="right")
        return Clock(self.changes[start:end], self.ahead[start : end + 1])


@cache
def clock_of(zone: str) -> Clock:
    """The clock of a zone of the IANA database, over all years that events may lie in.

    >>> from features.moments import iso, micros
    >>> from datetime import date
    >>> from features.units import HOUR
    >>> berlin = clock_of("Europe/Berlin").between(micros(date(2024, 1, 1)), micros(date(2024, 12, 31)))
    >>> [iso(change) for change in berlin.changes.tolist()], ((berlin.ahead - WEEK) // HOUR).tolist()
    (['2024-03-31T01:00:00Z', '2024-10-27T01:00:00Z'], [1, 2, 1])
    """
    if zone == "UTC":
        return Clock(np.empty(0, dtype=np.int64), np.zeros(1, dtype=np.int64))
    first, last = EVENT_YEARS
    days = range(first, last, DAY)
    ahead = [_ahead(zone, day) for day in days]
    places = [i for i in range(1, len(days)) if ahead[i] != ahead[i - 1]]
    changes = [_change(zone, days[i - 1], days[i]) for i in places]
    offsets = [ahead[0], *(ahead[i] for i in places)]
    return Clock(np.array(changes, dtype=np.int64), np.array(offsets, dtype=np.int64) + _START)


def _ahead(zone: str, moment: int) -> int:
    """How far a zone's clock is ahead of UTC at a moment, in µs."""
    offset = utc(moment).astimezone(ZoneInfo(zone)).utcoffset()
    return offset // timedelta(microseconds=1) if offset else 0


def _change(zone: str, before: int, after: int) -> int:
    """The first second between two moments at which the clock shows what it does after them."""
    while after - before > SECOND:
        middle = (before + after) // 2 // SECOND * SECOND
        before, after = (before, middle) if _ahead(zone, middle) == _ahead(zone, after) else (middle, after)
    return after
