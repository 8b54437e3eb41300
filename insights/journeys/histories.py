"""What happened to many customers, in order: the arrays that journeys are read from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features.arrays import Ints, Mask
from features.errors import StamkundError


@dataclass(frozen=True)
class Histories:
    """The events of whole customers, one customer after the other, each one's by ``time`` (µs) and event id.

    ``ends`` ``[customer]`` is the row after each one's last event. Nothing here knows how many more customers there
    are elsewhere: what is told of these is told whole.

    >>> Histories(np.array([2, 3]), np.array([5, 5, 1])).customer.tolist()
    [0, 0, 1]
    """

    ends: Ints
    time: Ints

    def __post_init__(self) -> None:
        whole = (np.diff(self.ends, prepend=0) > 0).all() and max(self.ends[-1:], default=0) == len(self.time)
        back = np.flatnonzero(self.time[1:] < self.time[:-1]) + 1
        if not whole or not np.isin(back, self.ends).all():
            text = "Events must come sorted by customer and time, each customer whole. Sort them before."
            raise StamkundError("unsorted_histories", text)

    @classmethod
    def of(cls, customer: Ints, time: Ints) -> Histories:
        """From the customer of each event, as any numbers that change where the next customer begins."""
        return cls(np.flatnonzero(np.append(customer[1:] != customer[:-1], len(customer) > 0)) + 1, time)

    @cached_property
    def customer(self) -> Ints:
        """``[row]``: whose event it is."""
        return np.repeat(np.arange(len(self.ends)), np.diff(self.ends, prepend=0))

    @cached_property
    def _begins(self) -> Mask:
        """``[row]``: whether no event of the customer before it is at its moment."""
        begins = np.append(True, self.time[1:] != self.time[:-1])[: len(self.time)]
        begins[self.ends[:-1]] = True
        return begins

    @cached_property
    def first(self) -> Ints:
        """``[row]``: the first row of the customer's events at its moment."""
        return np.maximum.accumulate(np.where(self._begins, np.arange(len(self.time)), 0))

    @cached_property
    def after(self) -> Ints:
        """``[row]``: the first row after all of the customer's events at its moment."""
        starts = np.append(np.flatnonzero(self._begins), len(self.time))
        return starts[np.cumsum(self._begins)]

    def tied_rows(self) -> Ints:
        """The rows that share their moment with others of their customer."""
        alone = self._begins & np.append(self._begins[1:], True)[: len(self.time)]
        return np.flatnonzero(~alone)


class Occurrences:
    """Where something occurs, ready to be asked where it does next.

    >>> Occurrences(np.array([False, True, False])).from_row(np.array([0, 1, 2])).tolist()  # 3: nowhere
    [1, 1, 3]
    """

    def __init__(self, occurs: Mask) -> None:
        self._rows = np.append(np.flatnonzero(occurs), len(occurs))
        self._before = np.concatenate([[0], np.cumsum(occurs, dtype=np.int32)])

    def from_row(self, rows: Ints) -> Ints:
        """For each row the next one, itself included, in which it occurs; the number of all rows where none does."""
        found: Ints = self._rows[self._before[rows]]
        return found
