"""The entries into a journey that count: which of a customer's, how far each came, and whether its time is over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from features.arrays import Ints, Mask
from insights.journeys.histories import Histories
from insights.journeys.reach import Reached

By = Literal["first", "furthest", "every"]


@dataclass(frozen=True)
class Entries:
    """Entries in the order of customers and rows.

    ``customer`` ``[entry]`` is the place of each one's customer, ``row`` of the event it began with, ``last_row`` of
    the last of its ``count`` steps; ``entered`` and ``last`` are their moments (µs). ``time`` ``[step, entry]`` is when
    it reached each step, ``rows`` by which event, −1 where it did not. Those that are ``open`` may still go on;
    ``ended`` were ended by an event, and ``tied`` rest on the order of steps at one moment.
    """

    customer: Ints
    row: Ints
    last_row: Ints
    time: Ints
    rows: Ints
    entered: Ints
    last: Ints
    count: Ints
    open: Mask
    ended: Mask
    tied: Mask

    @classmethod
    def of(cls, histories: Histories, reached: Reached, *, within: int | None, as_of: int) -> Entries:
        """All entries; an entry is open while its window is not over, whatever it has reached by then."""
        entered = histories.time[reached.start]
        time = np.where(reached.rows >= 0, histories.time[reached.rows], -1)
        last_row = reached.last(histories)
        tied = (time[1:] == time[:-1]) & (reached.rows[1:] >= 0)
        return cls(
            customer=histories.customer[reached.start],
            row=reached.start,
            last_row=last_row,
            time=time,
            rows=reached.rows,
            entered=entered,
            last=histories.time[last_row],
            count=reached.count,
            open=entered > as_of - within if within is not None else np.zeros(len(entered), dtype=np.bool_),
            ended=reached.ended,
            tied=np.logical_or.reduce(tied, axis=0, initial=False),
        )

    def __len__(self) -> int:
        return len(self.customer)

    def __getitem__(self, which: Mask | Ints) -> Entries:
        return Entries(
            self.customer[which], self.row[which], self.last_row[which], self.time[:, which], self.rows[:, which],
            self.entered[which], self.last[which], self.count[which], self.open[which], self.ended[which],
            self.tied[which],
        )  # fmt: skip

    def counted(self, by: By, period: Ints | None = None) -> Entries:
        """The entries that count, of each customer and period: the first, the one that came furthest, or every one.

        Of an entry that is over and one that is open, the first came further; of two that came as far, the earlier.
        """
        if by == "every" or not len(self):
            return self
        changes = self.customer[1:] != self.customer[:-1]
        changes |= False if period is None else period[1:] != period[:-1]
        starts = np.flatnonzero(np.append(True, changes))
        if by == "first":
            return self[starts]
        rank = self.count + np.where(self.open, 0, len(self.time) + 1)
        size = np.diff(starts, append=len(self))
        best = np.flatnonzero(rank == np.repeat(np.maximum.reduceat(rank, starts), size))
        return self[best[np.searchsorted(best, starts)]]


@dataclass(frozen=True)
class Tally:
    """How many entries of each cell came how far.

    ``over`` ``[cell, steps]`` counts those whose time is over by how many steps they reached, ``open`` those whose is
    not; ``ended`` ``[cell, steps]`` the ones among ``over`` that an event ended, ``tied`` ``[cell]`` those that rest on
    the order of steps at one moment. What is over either converted or was dropped after some step, so that
    ``entered = converted + dropped.sum() + open``.
    """

    over: Ints
    open: Ints
    ended: Ints
    tied: Ints

    @classmethod
    def none(cls, steps: int, cells: int = 1) -> Tally:
        """Nobody."""
        nobody = np.zeros((cells, steps), dtype=np.int64)
        return cls(nobody, nobody, nobody, np.zeros(cells, dtype=np.int64))

    @classmethod
    def of(cls, entries: Entries, cell: Ints, cells: int) -> Tally:
        """The counts of entries in cells.

        >>> one = Histories(np.array([2]), np.array([1, 2]))
        >>> steps = [np.array([True, False]), np.array([False, True])]
        >>> from insights.journeys.reach import Rules, reach
        >>> entries = Entries.of(one, reach(one, steps, None, Rules()), within=None, as_of=9)
        >>> tally = Tally.of(entries, np.array([0]), 1)
        >>> tally.reached.tolist(), tally.converted.tolist(), tally.dropped.tolist()
        ([[1, 1]], [1], [[0]])
        """
        steps = len(entries.time)

        def counts(which: Mask) -> Ints:
            places = cell[which] * (steps + 1) + entries.count[which]
            return np.bincount(places, minlength=cells * (steps + 1)).reshape(cells, steps + 1)[:, 1:]

        over, going = ~entries.open, entries.open
        ended = over & entries.ended & (entries.count < steps)
        return cls(counts(over), counts(going), counts(ended), counts(over & entries.tied).sum(axis=1))

    def __add__(self, other: Tally) -> Tally:
        """Of other customers."""
        return Tally(
            self.over + other.over, self.open + other.open, self.ended + other.ended, self.tied + other.tied
        )  # fmt: skip

    @property
    def entered(self) -> Ints:
        """``[cell]``: all, with the open ones."""
        entered: Ints = self.over.sum(axis=1) + self.open.sum(axis=1)
        return entered

    @property
    def reached(self) -> Ints:
        """``[cell, step]``: of those whose time is over, how many reached each step."""
        return self.over[:, ::-1].cumsum(axis=1)[:, ::-1]

    @property
    def converted(self) -> Ints:
        """``[cell]``: those that reached all steps."""
        return self.over[:, -1]

    @property
    def dropped(self) -> Ints:
        """``[cell, step]``: those that did not come further; of the last step there are none."""
        return self.over[:, :-1]
