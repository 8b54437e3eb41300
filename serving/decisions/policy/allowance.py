"""How much room caps, budgets and stock leave for each candidate, and what is left after each that is chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np

from features.arrays import Ints, Mask
from features.config.sections.decisions.policy.selection import Touch
from serving.decisions.policy.board import Board
from serving.decisions.policy.history import Moments
from serving.decisions.policy.limits import Limit
from serving.store.choices.totals import Used

Claims = Mapping[tuple[int, str], int]  # by limit (its place) and thing how much is taken


class Allowance:
    """What may be shown to one customer at a moment.

    ``history`` are the events of each kind that are theirs, ``used`` is what all customers have had in total. ``taken``
    are the candidates that this decision has chosen so far, ``rooms`` is what is left for others.

    >>> from features.config.sections.decisions.decisions import DecisionSettings
    >>> from serving.decisions.policy.limits import limits_of
    >>> declared = DecisionSettings.model_validate({"caps": {"once": {"limit": 1, "each": "campaign", "within": "7d"}}})
    >>> tea, cup = Touch("tea", "spring", "offer", "web"), Touch("cup", "spring", "offer", "web")
    >>> board = Board.of(limits_of(declared, {}, zone="UTC", units=100), [tea, cup], [0, 0])
    >>> allowance = Allowance(board, {}, {}, as_of=9)
    >>> allowance.fits.tolist(), allowance.take(0), allowance.fits.tolist()
    ([True, True], None, [False, False])
    """

    def __init__(self, board: Board, history: Mapping[str, Moments], used: Used, *, as_of: int) -> None:
        self.board, self.as_of = board, as_of
        self.history, self.used = history, used
        self.rooms, self._needs = board.rooms.copy(), board.needs.copy()
        self.taken = list[int]()
        self._fits: Mask | None = None  # until the next one is taken
        for row, limit in enumerate(board.limits):
            if limit.total:
                self._count_total(row, limit)
            else:
                self._count(row, limit.counted(history.get(limit.kind, ()), as_of=as_of))

    def _count_total(self, row: int, limit: Limit) -> None:
        for thing, place in self.board.things[row].items():
            slots = self.used.get((limit.key, thing))
            if slots:
                self.rooms[place] -= sum(slots.values())

    def _count(self, row: int, moments: Iterable[tuple[int, Touch, str]]) -> None:
        things, distinct = self.board.things[row], self.board.limits[row].distinct
        if distinct is None:
            for _, _, thing in moments:
                if thing in things:
                    self.rooms[things[thing]] -= 1
        else:
            for thing, kind in {(thing, str(getattr(touch, distinct))) for _, touch, thing in moments}:
                if thing in things:
                    self._count_once(row, things[thing], kind)

    def _count_once(self, row: int, place: int, kind: str) -> None:
        """Count one more of different ones; those of the same name are no further ones."""
        self.rooms[place] -= 1
        names, kinds = self.board.kinds[row]
        if kind in names:
            self._needs[row, (kinds == names[kind]) & (self.board.cells[row] == place)] = 0

    @property
    def failing(self) -> Mask:
        """``[limit, candidate]``: whether there is too little room for the candidate."""
        rooms: Ints = self.rooms[self.board.cells]
        return np.asarray((rooms < self._needs) & (self._needs > 0))

    @property
    def fits(self) -> Mask:
        """``[candidate]``: whether all limits have room for it."""
        if self._fits is None:
            self._fits = np.asarray(~self.failing.any(axis=0))
        return self._fits

    def short_of(self, candidate: int) -> int:
        """The row of the first limit that has too little room for a candidate that does not fit."""
        return int(self.failing[:, candidate].argmax())

    def take(self, candidate: int) -> None:
        """Take a candidate, so that there is less room for the next one."""
        self.taken.append(candidate)
        self._fits = None
        for row, limit in enumerate(self.board.limits):
            place, need = int(self.board.cells[row, candidate]), int(self._needs[row, candidate])
            if not limit.counts_decisions or place == len(self.rooms) - 1 or not need:
                continue
            if limit.distinct is None:
                self.rooms[place] -= need
            else:
                self._count_once(row, place, str(getattr(self.board.touches[candidate], limit.distinct)))

    @property
    def claims(self) -> Claims:
        """What was taken of the limits in total on decisions."""
        claims = Counter[tuple[int, str]]()
        for row, limit in enumerate(self.board.limits):
            for candidate in self.taken if limit.total and limit.counts_decisions else ():
                thing = limit.thing_of(self.board.touches[candidate])
                if thing is not None:
                    claims[row, thing] += int(self.board.needs[row, candidate])
        return {claim: amount for claim, amount in claims.items() if amount}
