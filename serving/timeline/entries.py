"""The entries of a customer's timeline: each event one, the lines of an order together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from features.arrays import Ints
from features.evaluate.online.record import NONE, Record
from features.events.columns import MULTIPLIERS
from features.events.money import amount_text
from features.moments import iso, utc

_TOLD: Final = ("channel", "campaign_id", "offer_id", "session_id", "subscription_id", "ticket_id", "scale")
_OF_A_LINE: Final = ("item_id", "category")
_AMOUNTS: Final = ("value", "discount")
_LAST: Final = time.max.replace(microsecond=999_999)  # of a day, which is how a day without a time is kept


@dataclass(frozen=True)
class Place:
    """Where an entry stands: its time (µs), and what it is known by."""

    time: int
    event_id: str
    source: str


@dataclass(frozen=True)
class Timeline:
    """A record's events that had happened by ``as_of`` (µs), with so many ``decimals`` to an amount.

    ``timezones`` are those of the sources; one that is not among them tells moments, not days.
    """

    record: Record
    as_of: int
    decimals: int
    timezones: Mapping[str, str] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """How many entries there are of each kind, the most frequent first."""
        kinds = self.record.texts("kind", self._firsts()[0])
        return dict(Counter(kinds).most_common())

    def page(
        self, kinds: Collection[str], *, before: Place | None, limit: int
    ) -> tuple[list[dict[str, object]], Place | None]:
        """The latest ``limit`` entries of some kinds (all, if none is given) ``before`` a place; where the next begin.

        >>> lines = [{"event_id": i, "time": 9, "kind": "order", "order_id": "o", "value": 150} for i in ("a", "b")]
        >>> record = Record.of([{"event_id": "v", "time": 1, "kind": "visit"}, *lines])
        >>> entries, after = Timeline(record, as_of=10, decimals=2).page((), before=None, limit=1)
        >>> entries[0]["kind"], entries[0]["value"], len(entries[0]["lines"]), after
        ('order', '3.00', 2, Place(time=9, event_id='a', source=''))
        """
        firsts, entry_of = self._firsts()
        of_kind, ids, sources = (self.record.texts(column, firsts) for column in ("kind", "event_id", "source"))
        times = self.record.number("time")[firsts].tolist()
        places = list(map(Place, times, ids, sources))
        asked = [
            n
            for n in range(len(firsts) - 1, -1, -1)
            if (not kinds or of_kind[n] in kinds) and (before is None or _order(places[n]) < _order(before))
        ]
        entries = [self._entry(places[n], np.flatnonzero(entry_of == n)) for n in asked[:limit]]
        return entries, places[asked[limit - 1]] if len(asked) > limit else None

    def _firsts(self) -> tuple[Ints, Ints]:
        """``[entry]``: the place of each entry's first event; ``[event]``: the entry that each event belongs to."""
        count = int(np.searchsorted(self.record.number("time"), self.as_of, side="right"))
        orders = np.array([self.record.codes(column)[:count] for column in ("order_id", "kind", "source")])
        alone = orders[0] < 0
        orders[0, alone] = -1 - np.arange(count)[alone]
        _, first, entry = np.unique(orders, axis=1, return_index=True, return_inverse=True)
        by_time = np.argsort(first, kind="stable")
        rank = np.empty_like(by_time)
        rank[by_time] = np.arange(len(by_time))
        return first[by_time], rank[entry.reshape(-1)]

    def _text(self, column: str, at: int) -> str:
        """A text of one event, empty where there is none; :meth:`Record.texts` is for many, it copies all words."""
        code = int(self.record.codes(column)[at])
        return self.record.words[column][code] if code >= 0 else ""

    def _entry(self, place: Place, events: Ints) -> dict[str, object]:
        """What an entry at a place tells; what none of its events has is left out."""
        texts = {name: self._text(name, int(events[0])) for name in ("kind", "order_id", *_TOLD)}
        entry: dict[str, object] = {
            "kind": texts.pop("kind"),
            "time": iso(place.time),
            "precision": self._precision(place),
            "source": place.source,
            "event_id": place.event_id,
            **{name: text for name, text in texts.items() if text},
        }
        for column in _AMOUNTS:
            values = self.record.number(column)[events]
            if (known := values[values != NONE]).size:
                entry[column] = amount_text(int(known.sum()), self.decimals)
        if (rating := int(self.record.number("rating")[events[0]])) != NONE:
            entry["rating"] = rating / MULTIPLIERS["rating"]
        lines = [self._line(int(at)) for at in events]
        return entry | ({"lines": lines} if texts["order_id"] else lines[0])

    def _line(self, at: int) -> dict[str, object]:
        """What one event tells of an item."""
        line: dict[str, object] = {name: text for name in _OF_A_LINE if (text := self._text(name, at))}
        if (quantity := int(self.record.number("quantity")[at])) != NONE:
            line["quantity"] = quantity / MULTIPLIERS["quantity"]
        amounts = {column: int(self.record.number(column)[at]) for column in _AMOUNTS}
        return line | {column: amount_text(n, self.decimals) for column, n in amounts.items() if n != NONE}

    def _precision(self, place: Place) -> str:
        """Whether the source told the moment, or only the day."""
        zone = self.timezones.get(place.source)
        is_day = zone is not None and utc(place.time).astimezone(ZoneInfo(zone)).time() == _LAST
        return "day" if is_day else "moment"


def _order(place: Place) -> tuple[int, str, str]:
    return place.time, place.event_id, place.source
