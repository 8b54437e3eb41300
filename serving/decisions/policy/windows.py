"""The windows in which caps and budgets count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from features.config.sections.decisions.policy.caps import Period
from features.moments import micros, utc
from features.units import MINUTE

ENDLESS: Final = 2**62
_STEPS: Final = 60  # in which a rolling window in total moves on
_CLOCKS_MOVE: Final = 15 * MINUTE  # no zone begins a day between two of these


@dataclass(frozen=True)
class Window:
    """The last ``within`` µs; or ``every`` day, week or month by a clock; or all time."""

    within: int | None = None
    every: Period | None = None
    zone: str = "UTC"

    def bounds(self, moment: int) -> tuple[int, int]:
        """What counts at a moment came after the first, and before the second.

        In a rolling window nothing is too late: whoever decides at the same time may have a clock that is ahead.

        >>> Window(within=10).bounds(100)[0], Window(every="day").bounds(86_400_000_123)
        (90, (86399999999, 172800000000))
        """
        if self.within is not None:
            return moment - self.within, ENDLESS
        if self.every is None:
            return -ENDLESS, ENDLESS
        start, end = period_of(self.every, moment, self.zone)
        return start - 1, end

    def until(self, moment: int, counted: int) -> int | None:
        """When something that was ``counted`` at a moment no longer counts; None where it always does."""
        if self.within is not None:
            return counted + self.within
        return None if self.every is None else period_of(self.every, moment, self.zone)[1]

    def slot(self, moment: int) -> int:
        """Where what is counted in total at a moment is added up: by its period, or by the step of a rolling window.

        >>> Window(within=600).slot(1234), Window().slot(1234)
        (1230, 0)
        """
        if self.within is not None:
            return moment // self._step * self._step
        return 0 if self.every is None else period_of(self.every, moment, self.zone)[0]

    def first_slot(self, moment: int) -> int:
        """The first slot that counts at a moment: a step counts as long as any moment of it does."""
        return self.slot(moment) if self.within is None else moment - self.within - self._step + 1

    def slot_until(self, moment: int, slot: int) -> int | None:
        """When a slot no longer counts."""
        return self.until(moment, slot if self.within is None else slot + self._step)

    @property
    def grain(self) -> int:
        """A span (µs) that parts time so that the moments of a part are in one slot.

        >>> window = Window(every="month", zone="Asia/Kathmandu")
        >>> window.grain == 15 * MINUTE, Window(within=600).grain
        (True, 10)
        """
        if self.within is not None:
            return self._step
        return ENDLESS if self.every is None else _CLOCKS_MOVE

    @property
    def _step(self) -> int:
        return max(1, (self.within or 0) // _STEPS)


def period_of(every: Period, moment: int, zone: str) -> tuple[int, int]:
    """The day, the week from Monday, or the month of a moment on a clock: its first moment, and that of the next.

    >>> from features.moments import iso
    >>> [iso(each) for each in period_of("week", micros(datetime(2024, 4, 3, 12)), "Europe/Berlin")]
    ['2024-03-31T22:00:00Z', '2024-04-07T22:00:00Z']
    """
    return _period(every, moment // _CLOCKS_MOVE * _CLOCKS_MOVE, zone)


@lru_cache(maxsize=512)
def _period(every: Period, moment: int, zone: str) -> tuple[int, int]:
    day = datetime.combine(utc(moment).astimezone(ZoneInfo(zone)).date(), datetime.min.time())
    match every:
        case "day":
            start, end = day, day + timedelta(days=1)
        case "week":
            start = day - timedelta(days=day.weekday())
            end = start + timedelta(days=7)
        case "month":
            start = day.replace(day=1)
            end = (start + timedelta(days=31)).replace(day=1)
    return micros(start, zone), micros(end, zone)
