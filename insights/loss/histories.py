"""What was known of customers at the moment of a step, and what they brought after it, from their events alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import polars as pl

from features.arrays import Floats, Ints, Mask
from features.events.kinds import RETURNS
from features.units import DAY, HOUR, SECOND
from insights.journeys.histories import Histories
from insights.journeys.runs import Run

WINDOWS: Final = (28 * DAY, 84 * DAY)
NEVER_DAYS: Final = 3650.0  # since an order that there never was
MOST: Final = 8  # kinds whose events are counted apart


@dataclass(frozen=True)
class Vocabulary:
    """The most frequent kinds and channels: all customers are described by the same."""

    kinds: tuple[str, ...]
    channels: tuple[str, ...]

    @classmethod
    def of(cls, events: pl.LazyFrame) -> Self:
        """From the events of all customers."""
        return cls(_most_frequent(events, "kind"), _most_frequent(events, "channel"))


def _most_frequent(events: pl.LazyFrame, column: str) -> tuple[str, ...]:
    counts = events.drop_nulls(column).group_by(column).len().sort(["len", column], descending=[True, False])
    return tuple(counts.head(MOST).collect(engine="streaming")[column])


def described(run: Run, rows: Ints, vocabulary: Vocabulary) -> Floats:
    """``[row, covariate]``: each customer at the moment of an event, from that one and the ones before.

    How long known, how often each kind of event and how much net money in all and in each window, how long since the
    last order, the hour and weekday, and the channel of the event.
    """
    histories, moment = run.histories, run.histories.time[rows]
    upto, first = histories.after[rows], np.append(0, histories.ends)[histories.customer[rows]]
    starts = [first, *(_window_start(histories, rows, window) for window in WINDOWS)]
    amounts = [(run.columns["kind"] == kind).to_numpy().astype(np.int64) for kind in vocabulary.kinds]
    columns: list[Floats] = [(moment - histories.time[first]) / DAY]
    for amount in (*amounts, net(run)):
        total = np.append(0, np.cumsum(amount))
        columns += [(total[upto] - total[start]).astype(np.float64) for start in starts]
    columns.append(_since_last(histories, upto, first, moment, (run.columns["kind"] == "order").to_numpy()))
    columns += [moment % DAY / HOUR, (moment // DAY % 7).astype(np.float64)]
    channel = run.columns["channel"].gather(rows).fill_null("")
    columns += [(channel == name).to_numpy().astype(np.float64) for name in vocabulary.channels]
    return np.stack(columns, axis=1)


def brought(run: Run, rows: Ints, within: int) -> Floats:
    """The net money (minor units) of each customer after the moment of an event, for a time."""
    total = np.append(0, np.cumsum(net(run)))
    until, start = total[_window_end(run.histories, rows, within)], total[run.histories.after[rows]]
    return np.asarray(until - start, dtype=np.float64)


def net(run: Run) -> Ints:
    """The money of each event: an order's value, negative where it was given back."""
    kind, value = run.columns["kind"], run.columns["value"].fill_null(0)
    told = pl.select(pl.when(kind == "order").then(value).when(kind.is_in(RETURNS)).then(-value).otherwise(0))
    return told.to_series().to_numpy().astype(np.int64)


def _window_start(histories: Histories, rows: Ints, window: int) -> Ints:
    return _keys(histories).searchsorted(_key(histories, rows, -window), side="right")


def _window_end(histories: Histories, rows: Ints, window: int) -> Ints:
    return _keys(histories).searchsorted(_key(histories, rows, window), side="right")


def _keys(histories: Histories) -> Ints:
    """Numbers in the order of the rows: customer, then second."""
    return _key(histories, np.arange(len(histories.time)), 0)


def _key(histories: Histories, rows: Ints, shift: int) -> Ints:
    """Windows begin and end to the second; the customer's first and last row bound them."""
    if not len(histories.time):
        return rows
    begin, span = int(histories.time.min()), int(np.ptp(histories.time)) // SECOND + 2
    second = np.clip((histories.time[rows] + shift - begin) // SECOND, -1, span - 2)
    return histories.customer[rows] * span + second


def _since_last(histories: Histories, upto: Ints, first: Ints, moment: Ints, orders: Mask) -> Floats:
    last = np.maximum.accumulate(np.where(orders, np.arange(len(orders)), -1))[upto - 1]
    days = (moment - histories.time[np.maximum(last, 0)]) / DAY
    return np.asarray(np.where(last >= first, days, NEVER_DAYS))
