"""How far each entry into a journey came: the kernel of funnels, over arrays alone.

An entry begins with an event of the first step (in any order: of any step). It reaches the next step with the earliest
event of it, at the latest ``within`` after it began, and before an event that ends it. Events at one moment count in
the order of the steps, and one that ends an entry after them; but steps that share a kind need a later moment each, so
that one event, or two lines of one, never are both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from features.arrays import Ints, Mask
from insights.journeys.histories import Histories, Occurrences

Order = Literal["loose", "strict", "any"]
NEVER: Final = 2**63 - 1


@dataclass(frozen=True)
class Rules:
    """How steps follow each other, and for each step the earlier ones that share a kind with it.

    ``later``: what ends an entry shares a kind with what begins it, so that only a later moment ends it.
    """

    order: Order = "loose"
    within: int | None = None
    shared: Mapping[int, Sequence[int]] = field(default_factory=dict)
    later: bool = False


@dataclass(frozen=True)
class Reached:
    """Entries in the order of customers and rows.

    ``start`` ``[entry]`` is the row it began with, ``rows`` ``[step, entry]`` that of each step, −1 where it was not
    reached; ``until`` ``[entry]`` the last moment at which a step would have counted, ``ended`` whether an event of
    ``unless`` set it.
    """

    start: Ints
    rows: Ints
    until: Ints
    ended: Mask

    @property
    def count(self) -> Ints:
        """How many steps each reached."""
        return np.asarray((self.rows >= 0).sum(axis=0))

    def last(self, histories: Histories) -> Ints:
        """The row of the latest step that each reached."""
        time = np.where(self.rows >= 0, histories.time[self.rows], -NEVER)
        latest = len(time) - 1 - np.argmax(time[::-1], axis=0)
        last: Ints = self.rows[latest, np.arange(len(self.start))]
        return last


def reach(histories: Histories, steps: Sequence[Mask], unless: Mask | None, rules: Rules) -> Reached:
    """How far every entry came; ``steps`` and ``unless`` say of each event whether it is one.

    >>> one_customer = Histories(np.array([4]), np.array([10, 20, 30, 99]))
    >>> views, orders = np.array([True, False, True, False]), np.array([False, True, False, True])
    >>> reach(one_customer, [views, orders], None, Rules(within=50)).rows.tolist()  # the second is too late
    [[0, 2], [1, -1]]
    """
    begins = np.logical_or.reduce(steps) if rules.order == "any" else steps[0]
    start = np.flatnonzero(begins)
    rows = np.full((len(steps), len(start)), -1, dtype=np.int64)
    entries = _Entries(histories, start, *_until(histories, start, unless, rules))
    _KERNELS[rules.order](entries, steps, rules, rows)
    return Reached(start, rows, entries.until, entries.ended)


@dataclass(frozen=True)
class _Entries:
    histories: Histories
    start: Ints
    until: Ints
    ended: Mask

    def counts(self, entry: Ints, row: Ints) -> Mask:
        """Whether a row is one of the entry's customer, and not too late for the entry."""
        ends = self.histories.ends[self.histories.customer[self.start[entry]]]
        inside = row < ends
        return inside & (self.histories.time[np.where(inside, row, 0)] <= self.until[entry])


def _until(histories: Histories, start: Ints, unless: Mask | None, rules: Rules) -> tuple[Ints, Mask]:
    """The last moment that counts for each entry, and whether that is because something ended it."""
    until = np.full(len(start), NEVER) if rules.within is None else histories.time[start] + rules.within
    if unless is None:
        return until, np.zeros(len(start), dtype=np.bool_)
    found = Occurrences(unless).from_row((histories.after if rules.later else histories.first)[start])
    inside = found < histories.ends[histories.customer[start]]
    when = np.where(inside, histories.time[np.where(inside, found, 0)], NEVER)
    return np.minimum(until, when), inside & (when <= until)


def _loose(entries: _Entries, steps: Sequence[Mask], rules: Rules, rows: Ints) -> None:
    """The earliest event of each next step: what is later can only make the step after it later."""
    first, after = entries.histories.first, entries.histories.after
    rows[0], going = entries.start, np.arange(len(entries.start))
    for step in range(1, len(steps)):
        since = first[rows[step - 1, going]]
        for earlier in rules.shared.get(step, ()):
            since = np.maximum(since, after[rows[earlier, going]])
        found = Occurrences(steps[step]).from_row(since)
        counts = entries.counts(going, found)
        going = going[counts]
        rows[step, going] = found[counts]


def _strict(entries: _Entries, steps: Sequence[Mask], rules: Rules, rows: Ints) -> None:
    """The very next event must be the next step."""
    order = _in_step_order(entries.histories, steps)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    rows[0], going = entries.start, np.arange(len(entries.start))
    for step in range(1, len(steps)):
        at = place[rows[step - 1, going]] + 1
        found = np.append(order, len(order))[at]
        counts = entries.counts(going, found)
        counts[counts] = steps[step][found[counts]]
        for earlier in rules.shared.get(step, ()):
            counts[counts] = found[counts] >= entries.histories.after[rows[earlier, going[counts]]]
        going = going[counts]
        rows[step, going] = found[counts]


def _in_step_order(histories: Histories, steps: Sequence[Mask]) -> Ints:
    """All rows, those at one moment by the first step that each is of, others last."""
    order, tied = np.arange(len(histories.time)), histories.tied_rows()
    rank = np.full(len(tied), len(steps))
    for step in reversed(range(len(steps))):
        rank[steps[step][tied]] = step
    order[tied] = tied[np.lexsort((rank, histories.first[tied]))]
    return order


def _any(entries: _Entries, steps: Sequence[Mask], _: Rules, rows: Ints) -> None:
    """The next event of each step, whichever comes first."""
    everyone = np.arange(len(entries.start))
    for step, occurs in enumerate(steps):
        found = Occurrences(occurs).from_row(entries.histories.first[entries.start])
        counts = entries.counts(everyone, found)
        rows[step, counts] = found[counts]


_KERNELS: Final[Mapping[Order, Callable[[_Entries, Sequence[Mask], Rules, Ints], None]]] = {
    "loose": _loose, "strict": _strict, "any": _any,
}  # fmt: skip
