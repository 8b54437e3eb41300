"""The past moments that a training looks from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from features.units import DAY

STEP = 14 * DAY  # between origins: closer ones add rows that say nearly the same, and teach a little all the same
WARM_UP = 28 * DAY  # of history before the first row, so that features have something to see


def origins(horizon_us: int, *, first: int, as_of: int) -> list[int]:
    """The moments whose labels are complete at ``as_of``, latest first, none before there is some history.

    >>> [moment // DAY for moment in origins(28 * DAY, first=0, as_of=90 * DAY)]
    [62, 48, 34]
    """
    return list(range(as_of - horizon_us, first + WARM_UP - 1, -STEP))


def a_year_before(moment: int) -> int:
    """The same time of the same day a year earlier (of 29 February: the day before), in UTC.

    >>> from features.moments import micros
    >>> from datetime import date
    >>> [(micros(day) - a_year_before(micros(day))) // DAY for day in (date(2024, 2, 1), date(2024, 11, 1))]
    [365, 366]
    """
    day = datetime.fromtimestamp(moment // DAY * DAY / 1_000_000, UTC)
    leap = (day.month, day.day) == (2, 29)
    earlier = day.replace(year=day.year - 1, day=28 if leap else day.day)
    return moment - (day - earlier).days * DAY


def a_year_before_each(moments: Iterable[int], horizon_us: int, *, first: int, as_of: int) -> list[int]:
    """A year before each moment, and a horizon before that: where some history comes before, and the label is known.

    >>> [moment // DAY for moment in a_year_before_each([800 * DAY], 28 * DAY, first=0, as_of=800 * DAY)]
    [406, 434]
    """
    found = {a_year_before(moment) - back for moment in moments for back in (0, horizon_us)}
    return sorted(moment for moment in found if first + WARM_UP <= moment <= as_of - horizon_us)


def quarter_of(horizon_us: int) -> int:
    """A quarter of a horizon in whole days, at least one.

    >>> quarter_of(28 * DAY) // DAY, quarter_of(2 * DAY) // DAY
    (7, 1)
    """
    return max(horizon_us // 4 // DAY, 1) * DAY
