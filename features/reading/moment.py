"""Moments as people have them at hand, in Python, pandas, NumPy, Polars or as texts: microseconds since 1970 in UTC."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from operator import index
from typing import TYPE_CHECKING, SupportsIndex, TypeAlias

from features.errors import StamkundError
from features.moments import micros
from features.reading.iso import parse

if TYPE_CHECKING:
    from numpy import datetime64

Moment: TypeAlias = "SupportsIndex | date | str | datetime64"


def moment(value: Moment, *, timezone: str = "UTC", field: str | None = "as_of") -> int:
    """The microseconds of a moment: of an integer itself, of a datetime, a day, or a text in ISO 8601.

    A day is its beginning; what tells no zone is local time of the ``timezone``.

    >>> from datetime import date, datetime
    >>> import numpy as np
    >>> import pandas as pd
    >>> moments = ["1970-01-02", date(1970, 1, 2), datetime(1970, 1, 2), pd.Timestamp("1970-01-02", tz="UTC")]
    >>> [moment(each) for each in [*moments, np.datetime64("1970-01-02"), 86_400_000_000]] == [86_400_000_000] * 6
    True
    >>> moment("yesterday")
    Traceback (most recent call last):
    features.errors.StamkundError: 'yesterday' is not a moment; give ISO 8601, ...
    """
    if isinstance(value, str):
        return parse(value, field=field, timezone=timezone)
    if type(value).__name__ == "datetime64":
        return moment(value.astype("datetime64[us]").item(), timezone=timezone, field=field)  # type: ignore[union-attr]
    if isinstance(value, date) and value == value:  # noqa: PLR0124 - a missing time of pandas is a datetime, and unequal
        return micros(value, timezone)
    if isinstance(value, SupportsIndex) and not isinstance(value, bool):
        return index(value)
    text = f"{value!r} is not a moment; give a datetime, a day, a text in ISO 8601, or microseconds since 1970 in UTC."
    raise StamkundError("bad_time", text, field=field)


def moments_of(values: Moment | Sequence[Moment], *, timezone: str = "UTC") -> list[int]:
    """Each of one or several moments, a series of them among what is taken.

    >>> moments_of("1970-01-01"), moments_of(["1970-01-01", 7])
    ([0], [0, 7])
    """
    if isinstance(values, Iterable) and not isinstance(values, str):
        return [moment(value, timezone=timezone) for value in values]
    return [moment(values, timezone=timezone)]
