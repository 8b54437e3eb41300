"""What was shown to a customer, and what came of it, as their record tells it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from features.config.sections.decisions.policy.selection import Touch
from features.evaluate.online.record import Record

Moments = Sequence[tuple[int, Touch]]  # in the order of time (µs)
Offers = Mapping[str, tuple[str | None, str]]  # by offer its campaign and type, where it is of one campaign only
_COLUMNS: Final = ("offer_id", "campaign_id", "channel")


def touches(record: Record, kind: str, offers: Offers, *, as_of: int) -> list[tuple[int, Touch]]:
    """The events of a kind up to ``as_of``; an offer's campaign and type are the catalogue's where the event has none.

    >>> seen = {"event_id": "a", "source": "http", "kind": "exposure", "time": 1, "offer_id": "tea"}
    >>> touches(Record.of([seen]), "exposure", {"tea": ("spring", "offer")}, as_of=2)
    [(1, Touch(offer='tea', campaign='spring', type='offer', channel=None))]
    """
    at = np.flatnonzero(record.equals("kind", kind) & (record.number("time") <= as_of))
    if not len(at):
        return []
    columns = [[text or None for text in record.texts(name, at)] for name in _COLUMNS]
    told = zip(record.numbers[0, at].tolist(), *columns, strict=True)
    return [(time, _touch(offer, campaign, channel, offers)) for time, offer, campaign, channel in told]


def _touch(offer: str | None, campaign: str | None, channel: str | None, offers: Offers) -> Touch:
    known_campaign, type_ = offers.get(offer, (None, None)) if offer is not None else (None, None)
    return Touch(offer, campaign or known_campaign, type_, channel)


def offers_of(rows: Iterable[tuple[str, str | None, str]]) -> Offers:
    """By offer its campaign and type, from rows of the catalogue; no campaign where several give the same offer.

    >>> offers_of([("tea", "spring", "offer"), ("cup", "spring", "offer"), ("cup", "autumn", "offer")])
    {'tea': ('spring', 'offer'), 'cup': (None, 'offer')}
    """
    told: dict[str, tuple[str | None, str]] = {}
    for offer, campaign, type_ in rows:
        alone = offer not in told or told[offer][0] == campaign
        told[offer] = (campaign if alone else None, type_)
    return told
