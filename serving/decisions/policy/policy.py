"""The policy: everything declared about how often something may be shown, beside the candidates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Final, Self

import numpy as np

from features.arrays import Ints
from features.config.sections.decisions.decisions import DecisionSettings
from features.config.sections.decisions.policy.rests import Rest
from features.config.sections.decisions.policy.selection import Touch
from features.config.settings import Settings
from features.evaluate.online.record import Record
from serving.decisions.candidates.offers import Offer
from serving.decisions.eligibility.checks import Check
from serving.decisions.policy.allowance import Allowance
from serving.decisions.policy.board import Board
from serving.decisions.policy.history import Moments, Offers, touches
from serving.decisions.policy.limits import Limit, ThingOf, limits_of, thing_of
from serving.decisions.policy.restraint import REST, Restraint
from serving.decisions.policy.rests import resting
from serving.decisions.policy.windows import ENDLESS
from serving.store.choices.choices import DECISION
from serving.store.choices.totals import Used

_CHANNELS: Final = 64  # whose boards are kept


@dataclass(frozen=True)
class Policy:
    """Limits and rests for candidates, each given as it is shown on no channel and with its cost in minor units.

    Amounts of the currency have so many ``decimals``.
    """

    limits: tuple[Limit, ...]
    rests: Mapping[str, tuple[Rest, ThingOf]]
    candidates: tuple[Touch, ...]
    costs: tuple[int, ...]
    decimals: int
    _boards: dict[str | None, Board] = field(default_factory=dict, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    @classmethod
    def of(cls, settings: DecisionSettings, offers: Sequence[Offer], *, zone: str, decimals: int) -> Self:
        """The policy that is declared for the offers of a catalogue, by the clock of a zone."""
        touches = tuple(offer.touch for offer in offers)
        stock = {offer.offer_id: int(offer.stock) for offer in offers if offer.stock is not None}
        rests = {name: (rest, thing_of(rest, rest.each, settings.groups)) for name, rest in settings.rests.items()}
        limits = limits_of(settings, stock, zone=zone, units=10**decimals)
        return cls(limits, rests, touches, tuple(offer.cost for offer in offers), decimals)

    @cached_property
    def offers(self) -> Offers:
        """What the catalogue says of offers."""
        return Offers.of(self.candidates)

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of events of a customer that count."""
        of_rests = {kind for rest, _ in self.rests.values() for kind in (rest.after, rest.without)}
        return frozenset({*(limit.kind for limit in self.limits if not limit.total), *of_rests} - {None})  # type: ignore[arg-type]

    @property
    def checks(self) -> list[Check]:
        """What a candidate may fail."""
        return [*(Check(limit.code, limit.name) for limit in self.limits), *(Check(REST, name) for name in self.rests)]

    def slots(self, as_of: int) -> Mapping[str, int]:
        """By limit in total on decisions the slot in which it counts at a moment."""
        totals = [limit for limit in self.limits if limit.total and limit.counts_decisions]
        return {limit.key: limit.window.slot(as_of) for limit in totals}

    def restraint(
        self, record: Record | None, channel: str | None, past: Moments, used: Used, *, as_of: int
    ) -> Restraint:
        """What it leaves at a moment for one customer on a channel.

        ``past`` is what was chosen for them before, ``used`` what all were given of limits in total.
        """
        board, history = self._board(channel), self._history(record, past, as_of=as_of)
        allowance = Allowance(board, history, used, as_of=as_of)
        return Restraint(allowance, self._resting(board, history, as_of=as_of), self.decimals)

    def _board(self, channel: str | None) -> Board:
        """The limits beside the candidates on a channel."""
        with self._lock:
            if channel not in self._boards:
                if len(self._boards) >= _CHANNELS:
                    self._boards.clear()
                touches = [touch._replace(channel=channel) for touch in self.candidates]
                self._boards[channel] = Board.of(self.limits, touches, self.costs)
            return self._boards[channel]

    def counts_after(self, as_of: int) -> int:
        """After which moment decisions for a customer may count."""
        own = [limit for limit in self.limits if limit.counts_decisions and not limit.total]
        afters = [limit.window.bounds(as_of)[0] for limit in own]
        rests = [rest for rest, _ in self.rests.values() if DECISION in {rest.after, rest.without}]
        return min([as_of, *afters, *(-ENDLESS for _ in rests)])

    def first_slots(self, as_of: int) -> Mapping[str, int]:
        """By limit in total on decisions the first slot that counts."""
        totals = [limit for limit in self.limits if limit.total and limit.counts_decisions]
        return {limit.key: limit.window.first_slot(as_of) for limit in totals}

    def _history(self, record: Record | None, decisions: Moments, *, as_of: int) -> Mapping[str, Moments]:
        """By kind what limits and rests count of a customer: the decisions, and the events of their record."""
        of_record = {} if record is None else {
            kind: touches(record, kind, self.offers, as_of=as_of) for kind in self.kinds - {DECISION}
        }  # fmt: skip
        chosen = [(time, self.offers.of_choice(touch)) for time, touch in decisions]
        return {DECISION: chosen, **of_record}

    def _resting(self, board: Board, history: Mapping[str, Moments], *, as_of: int) -> Mapping[str, Ints]:
        """By rest, until when (µs) each candidate rests, 0 where it does not."""
        until = {}
        for name, (rest, thing) in self.rests.items():
            without = () if rest.without is None else history.get(rest.without, ())
            told = resting(rest, history.get(rest.after, ()), without, thing, as_of=as_of)
            if told:
                things: Sequence[str | None] = [thing(touch) for touch in board.touches]
                until[name] = np.array([0 if each is None else told.get(each, 0) for each in things], dtype=np.int64)
        return until


def counted_after(settings: Settings, as_of: int) -> int:
    """After which moment what was decided for a customer may count, by the policy that is declared."""
    declared = DecisionSettings() if settings.decisions is None else settings.decisions
    policy = Policy.of(declared, (), zone=settings.timezone, decimals=settings.minor_units)
    return policy.counts_after(as_of)
