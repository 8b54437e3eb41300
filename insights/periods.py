"""Days, weeks, months and quarters by the company's clock."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, Self, get_args
from zoneinfo import ZoneInfo

import numpy as np

from features.arrays import Ints, Mask
from features.errors import StamkundError
from features.moments import micros, utc

Grain = Literal["day", "week", "month", "quarter"]
GRAINS: Final[tuple[Grain, ...]] = get_args(Grain)
_BEYOND: Final = re.compile(r"[0-9]{4}-(?:00|1[3-9]|[2-9][0-9]|Q[05-9])")  # no month or quarter of any year


@dataclass(frozen=True)
class Periods:
    """Periods that follow each other: the i-th is ``[edges[i], edges[i + 1])``, in µs; weeks begin on Monday.

    >>> months = Periods.of("month", micros(date(2024, 1, 9)), micros(date(2024, 3, 1)))
    >>> months.labels, months.place(np.array([micros(date(2024, 2, 1)) - 1, micros(date(2024, 2, 1))])).tolist()
    (('2024-01', '2024-02', '2024-03'), [0, 1])
    >>> months.open(as_of=micros(date(2024, 3, 1)) - 1).tolist()
    [False, False, True]
    """

    grain: Grain
    labels: tuple[str, ...]
    edges: Ints
    timezone: str = "UTC"

    @classmethod
    def of(cls, grain: Grain, first: int, last: int, timezone: str = "UTC") -> Self:
        """The periods from the one that holds the moment ``first`` to the one that holds ``last``."""
        zone = ZoneInfo(timezone)
        start, end = (utc(moment).astimezone(zone).date() for moment in (first, last))
        days = [_start(grain, start)]
        while days[-1] <= end:
            days.append(_next(grain, days[-1]))
        edges = np.array([micros(day, timezone) for day in days], dtype=np.int64)
        return cls(grain, tuple(_label(grain, day) for day in days[:-1]), edges, timezone)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def ends(self) -> Ints:
        """The last microsecond of each: the moment at which people and stages of the period are told."""
        return self.edges[1:] - 1

    @property
    def months(self) -> list[str]:
        """The month in which each begins, such as ``2024-03``."""
        zone = ZoneInfo(self.timezone)
        return [f"{utc(int(start)).astimezone(zone):%Y-%m}" for start in self.edges[:-1]]

    def place(self, time: Ints) -> Ints:
        """Which period each moment lies in; -1 before the first, their number after the last."""
        return self.edges.searchsorted(time, side="right") - 1

    def open(self, *, as_of: int, matures: int = 0) -> Mask:
        """Which are not over at a moment, or not yet for so long (µs) as their figures need to mature."""
        return self.ends + matures > as_of


def check_period(name: str, known: Collection[str]) -> None:
    """Refuse what is none of the ``known`` months and quarters, by what is wrong with it.

    ``2024-1`` may be the month or the quarter, ``2024-13`` and ``2024-Q5`` are beyond the year.

    Raises:
        StamkundError: ``unknown_period``.
    """
    year, _, number = name.partition("-")
    month, quarter = f"{year}-0{number}", f"{year}-Q{number}"
    if {month, quarter} <= {*known}:
        raise StamkundError("unknown_period.either", name=name, month=month, quarter=quarter, field="period")
    if _BEYOND.fullmatch(name):
        raise StamkundError("unknown_period.beyond", name=name, year=year, field="period")
    if name not in known:
        raise StamkundError.unknown("unknown_period", "period", name, known, field="period")


def _start(grain: Grain, day: date) -> date:
    """The first day of the period that holds a day."""
    if grain == "day":
        return day
    if grain == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1, month=day.month if grain == "month" else (day.month - 1) // 3 * 3 + 1)


def _next(grain: Grain, start: date) -> date:
    """The first day of the period after the one that begins on ``start``."""
    days: dict[Grain, int] = {"day": 1, "week": 7, "month": 31, "quarter": 93}
    return _start(grain, start + timedelta(days=days[grain]))


def _label(grain: Grain, start: date) -> str:
    """A period as people write it, by ISO 8601.

    >>> [_label(grain, date(2024, 12, 30)) for grain in GRAINS]
    ['2024-12-30', '2025-W01', '2024-12', '2024-Q4']
    """
    if grain == "week":
        year, week, _ = start.isocalendar()
        return f"{year}-W{week:02}"
    if grain == "quarter":
        return f"{start.year}-Q{(start.month + 2) // 3}"
    return start.isoformat()[: 10 if grain == "day" else 7]
