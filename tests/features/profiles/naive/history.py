"""What one customer did up to a moment, as pandas rows in the order in which it happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

NAN = float("nan")
DAY = pd.Timedelta(days=1)
Value = float | str
Told = Iterator[tuple[str, Value]]


def moment(micros: int) -> pd.Timestamp:
    """A moment in UTC, from µs since 1970."""
    return pd.Timestamp(micros, unit="us")


def label(days: int | None) -> str:
    """A window as names of features spell it."""
    return "all" if days is None else f"{days}d"


def over(part: float, whole: float) -> float:
    """A quotient; nothing is a part of nothing."""
    return part / whole if whole else NAN


@dataclass(frozen=True)
class History:
    """Some events of a customer, none of them after ``as_of``, sorted by time and id."""

    events: pd.DataFrame
    as_of: pd.Timestamp

    def __len__(self) -> int:
        return len(self.events)

    @property
    def times(self) -> pd.Series[pd.Timestamp]:
        """When each event happened."""
        return self.events["time"]

    @cached_property
    def lines(self) -> History:
        """Every line of every order."""
        return self.of("order")

    @cached_property
    def orders(self) -> History:
        """The first line of each order; a line that names no order is one of its own."""
        named = self.lines.events["order_id"]
        return self.lines.only(~named.duplicated() | named.isna())

    def only(self, chosen: pd.Series[bool]) -> History:
        """The chosen events."""
        return replace(self, events=self.events[chosen])

    def of(self, *kinds: str) -> History:
        """The events of these kinds."""
        return self.only(self.events["kind"].isin(kinds))

    def within(self, days: int | None, before: int = 0) -> History:
        """The events of a window: after its first moment, up to its last; without days all so far."""
        if days is None:
            return self
        return self.only((self.times > self.as_of - days * DAY) & (self.times <= self.as_of - before * DAY))

    def total(self, column: str) -> float:
        """The sum of a column, of nothing 0."""
        return float(self.events[column].sum())

    def known(self, column: str) -> pd.Series[float]:
        """The values that there are in a column."""
        return self.events[column].dropna()

    def first(self, column: str) -> float:
        """The earliest value that there is."""
        known = self.known(column)
        return float(known.iloc[0]) if len(known) else NAN

    def last(self, column: str) -> float:
        """The latest value that there is."""
        known = self.known(column)
        return float(known.iloc[-1]) if len(known) else NAN

    def days_since_first(self) -> float:
        """Days since the first of the events."""
        return (self.as_of - self.times.iloc[0]) / DAY if len(self) else NAN

    def days_since_last(self) -> float:
        """Days since the last of the events."""
        return (self.as_of - self.times.iloc[-1]) / DAY if len(self) else NAN

    def days(self) -> int:
        """On how many days, in UTC, there was an event."""
        return self.times.dt.normalize().nunique()

    def weeks(self) -> int:
        """In how many weeks, from Monday to Sunday, there was an event."""
        return self.times.dt.to_period("W-SUN").nunique()
