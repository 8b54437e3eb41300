"""What caps in total count of exposures and clicks, by everybody: as builds have read them, and as they come in."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final, Self

import polars as pl
from sqlalchemy.engine import Engine

from features.events.knowledge import known_events
from features.ingest.lake_watermarks import watermarks_of
from features.lake import Lake
from serving.decisions.policy.history import Offers
from serving.decisions.policy.limits import Limit
from serving.decisions.policy.policy import Policy
from serving.decisions.policy.windows import ENDLESS
from serving.store.choices.totals import Cell, Used
from serving.store.event_log import log_id, logged_of

SETTLED: Final = 10.0  # seconds after which no event is logged any more under a number that was drawn before
_TOLD: Final = ("offer_id", "campaign_id", "channel")


class Seen:
    """How much all customers have had (``used``) of ``limits`` in total that go by their events.

    What the lake holds at ``as_of`` is counted once, and each :meth:`look` adds what the log of the store holds
    beyond it: so much may be missing as came in since the last look. With ``until`` nothing later is counted.
    """

    def __init__(
        self, limits: Sequence[Limit], offers: Offers, lake: Lake, store: Engine, *, as_of: int, until: int = ENDLESS
    ) -> None:
        self._limits, self._offers, self._store, self._until = limits, offers, store, until
        read = watermarks_of(lake)  # before the events: a lake that changes meanwhile is read again
        self._after = read.log.number if read is not None and read.log.log_id == log_id(store) else 0
        self._counted, self._marks = frozenset[int](), deque[tuple[float, int]]()
        self.used: Used = _added({}, [cell for limit in limits for cell in self._in_lake(limit, lake, as_of)])
        self.look(as_of=as_of)

    @classmethod
    def of(cls, policy: Policy, lake: Lake, store: Engine, *, as_of: int, is_past: bool) -> Self | None:
        """What a policy needs of it; None where it needs nothing."""
        limits = [limit for limit in policy.limits if limit.total and not limit.counts_decisions]
        until = as_of if is_past else ENDLESS
        return cls(limits, policy.offers, lake, store, as_of=as_of, until=until) if limits else None

    def look(self, *, as_of: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Count what was logged meanwhile, and forget what counts no longer."""
        kinds = {limit.kind for limit in self._limits}
        last, events = logged_of(self._store, kinds, after=self._after, but=self._counted)
        cells = Counter(cell for _, event in events for cell in self._cells(event))
        firsts = {limit.key: limit.window.first_slot(as_of) for limit in self._limits}
        self.used = _since(_added(self.used, cells.items()), firsts)
        now = clock()
        self._marks.append((now, last))
        while self._marks and self._marks[0][0] <= now - SETTLED:
            self._after = self._marks.popleft()[1]
        self._counted = frozenset(seq for seq in {*self._counted, *(seq for seq, _ in events)} if seq > self._after)

    def _cells(self, event: Mapping[str, Any]) -> Iterator[Cell]:
        """Where an event counts."""
        told = self._offers.of_event(*(event.get(name) for name in _TOLD))
        for limit in self._limits if event["time"] <= self._until else ():
            thing = limit.thing_of(told) if event["kind"] == limit.kind else None
            if thing is not None:
                yield limit.key, thing, limit.window.slot(event["time"])

    def _in_lake(self, limit: Limit, lake: Lake, as_of: int) -> Iterator[tuple[Cell, int]]:
        """What a limit counts of the lake's events."""
        counts = pl.col("kind") == limit.kind, pl.col("time") >= limit.window.first_slot(as_of)
        moment = pl.col("time") // limit.window.grain * limit.window.grain
        events = known_events(lake.scan("events"), as_of).filter(*counts)
        for *told, moment_, count in events.group_by(*_TOLD, moment).len().collect().iter_rows():
            thing = limit.thing_of(self._offers.of_event(*told))
            if thing is not None:
                yield (limit.key, thing, limit.window.slot(moment_)), count


def _added(used: Used, cells: Collection[tuple[Cell, int]]) -> Used:
    """What there was and what came to it, beside each other, so that whoever reads the one is not disturbed.

    >>> _added({("cap:a", "tea"): {0: 2}}, [(("cap:a", "tea", 0), 1), (("cap:a", "cup", 9), 4)])
    {('cap:a', 'tea'): {0: 3}, ('cap:a', 'cup'): {9: 4}}
    """
    if not cells:
        return used
    told = {key: Counter(slots) for key, slots in used.items()}
    for (limit, thing, slot), count in cells:
        told.setdefault((limit, thing), Counter())[slot] += count
    return {key: dict(slots) for key, slots in told.items()}


def _since(used: Used, firsts: Mapping[str, int]) -> Used:
    """What is in a slot that counts, by limit from its first one on."""
    kept = {key: {slot: n for slot, n in slots.items() if slot >= firsts[key[0]]} for key, slots in used.items()}
    return {key: slots for key, slots in kept.items() if slots}
