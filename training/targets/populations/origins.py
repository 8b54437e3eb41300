"""The past moments that a training looks from."""

from __future__ import annotations

from features.units import DAY

STEP = 14 * DAY  # between origins: closer ones add rows that say nearly the same, and teach a little all the same
WARM_UP = 28 * DAY  # of history before the first row, so that features have something to see


def origins(horizon_us: int, *, first: int, as_of: int) -> list[int]:
    """The moments whose labels are complete at ``as_of``, latest first, none before there is some history.

    >>> [moment // DAY for moment in origins(28 * DAY, first=0, as_of=90 * DAY)]
    [62, 48, 34]
    """
    return list(range(as_of - horizon_us, first + WARM_UP - 1, -STEP))


def quarter_of(horizon_us: int) -> int:
    """A quarter of a horizon in whole days, at least one.

    >>> quarter_of(28 * DAY) // DAY, quarter_of(2 * DAY) // DAY
    (7, 1)
    """
    return max(horizon_us // 4 // DAY, 1) * DAY
