"""What was shown to a customer, and what came of it, as their record tells it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np

from features.config.sections.decisions.policy.selection import Touch
from features.evaluate.online.record import Record

Moments = Sequence[tuple[int, Touch]]  # in the order of time (µs)
_COLUMNS: Final = ("offer_id", "campaign_id", "channel")
_UNKNOWN: Final = Touch(None, None, None, None)


@dataclass(frozen=True)
class Offers:
    """What the catalogue says of offers: by campaign and id; and by id alone, what its campaigns have in common."""

    by_campaign: Mapping[tuple[str | None, str | None], Touch]
    by_id: Mapping[str | None, Touch]

    @classmethod
    def of(cls, rows: Iterable[Touch]) -> Self:
        """From the rows of the catalogue.

        >>> told = Offers.of([Touch("tea", "spring", "offer", None), Touch("tea", "autumn", "offer", None)])
        >>> told.of_event("tea", None, "web")
        Touch(offer='tea', campaign=None, type='offer', channel='web', issue=None, group=None, tags=frozenset())
        """
        by_campaign, by_id = dict[tuple[str | None, str | None], Touch](), dict[str | None, Touch]()
        for row in rows:
            by_campaign[row.campaign, row.offer] = row
            by_id[row.offer] = _common(by_id.get(row.offer, row), row)
        return cls(by_campaign, by_id)

    def of_event(self, offer: str | None, campaign: str | None, channel: str | None) -> Touch:
        """What an event tells, which may leave out the campaign."""
        told = self._told(offer, campaign) if campaign else self.by_id.get(offer, _UNKNOWN)
        return told._replace(offer=offer, campaign=campaign or told.campaign, channel=channel)

    def of_choice(self, choice: Touch) -> Touch:
        """What was chosen, of which all but its issue, group and tags is kept."""
        told = self._told(choice.offer, choice.campaign)
        return choice._replace(issue=told.issue, group=told.group, tags=told.tags)

    def _told(self, offer: str | None, campaign: str | None) -> Touch:
        return self.by_campaign.get((campaign, offer)) or self.by_id.get(offer, _UNKNOWN)


def touches(record: Record, kind: str, offers: Offers, *, as_of: int) -> list[tuple[int, Touch]]:
    """The events of a kind up to ``as_of``, with what the catalogue says of their offers.

    >>> seen = {"event_id": "a", "source": "http", "kind": "exposure", "time": 1, "offer_id": "tea"}
    >>> offers = Offers.of([Touch("tea", "spring", "offer", None)])
    >>> [(time, touch.campaign) for time, touch in touches(Record.of([seen]), "exposure", offers, as_of=2)]
    [(1, 'spring')]
    """
    if kind not in record.words.get("kind", ()):
        return []
    at = np.flatnonzero(record.equals("kind", kind) & (record.number("time") <= as_of))
    columns = [[text or None for text in record.texts(name, at)] for name in _COLUMNS]
    told = zip(record.numbers[0, at].tolist(), *columns, strict=True)
    return [(time, offers.of_event(offer, campaign, channel)) for time, offer, campaign, channel in told]


def _common(one: Touch, other: Touch) -> Touch:
    """What two have in common."""
    apart: dict[str, Any] = {name: None for name in Touch._fields if getattr(one, name) != getattr(other, name)}
    return one._replace(**apart | {"tags": one.tags & other.tags})
