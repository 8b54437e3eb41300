"""When customers of the synthetic world act: by hour, day of the week and time of the year."""

from __future__ import annotations

from datetime import date

import numpy as np

from features.arrays import Floats, Ints
from features.moments import micros
from features.units import DAY, HOUR

START = micros(date(2023, 1, 1))  # a Sunday
DAYS = 731
END = START + DAYS * DAY  # 2025-01-01
HOURS = np.array([0.1] * 6 + [0.6, 0.9, 1.2] + [1.4] * 8 + [2.0, 2.0, 1.6, 1.0, 0.6, 0.3, 0.1])
WEEKDAYS = np.array([0.8, 0.8, 0.8, 0.9, 1.2, 1.5, 1.0])  # Monday first
SWING = 0.3  # how far the year's wave rises over its mean, in December, and falls under it, in June


def _cumulative() -> Floats:
    hour = np.arange(DAYS * 24)
    wave = 1 + SWING * np.cos(2 * np.pi * (hour / 24 + 15) / 365.25)
    weekday = (hour // 24 + 6) % 7
    weight = wave * WEEKDAYS[weekday] / WEEKDAYS.mean() * HOURS[hour % 24] / HOURS.mean()
    return np.concatenate([[0.0], np.cumsum(weight / 24)])


_KNOTS = START + np.arange(DAYS * 24 + 1, dtype=np.int64) * HOUR
_SEASON = _cumulative()


def season_days(time: Ints) -> Floats:
    """Days from ``START`` to each time (µs), each day counted by how busy it is; rates are per such day.

    >>> season_days(np.array([START, END])).round(0).tolist()
    [0.0, 731.0]
    """
    return np.interp(time, _KNOTS, _SEASON)


def at_season_days(days: Floats) -> Ints:
    """The time of so many busy days: the inverse of :func:`season_days`."""
    offset: Floats = np.interp(days, _SEASON, (_KNOTS - START).astype(np.float64))
    return START + offset.astype(np.int64)
