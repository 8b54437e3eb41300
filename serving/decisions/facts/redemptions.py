"""What a customer has redeemed: by itself, with an order, or in a cart."""

from __future__ import annotations

import numpy as np

from features.evaluate.online.record import Record
from serving.scoring.rows.pairs import text_values

Pair = tuple[str | None, str]  # a campaign and an offer; without a campaign, the offer of that id in any


def redemptions(record: Record, response: str, *, as_of: int) -> frozenset[Pair]:
    """Offers that were redeemed up to ``as_of``: by an event of the kind ``response``, by an order, or in a cart still.

    >>> def event(kind: str, time: int, **columns: object) -> dict[str, object]:
    ...     return {"event_id": f"{time}", "source": "http", "kind": kind, "time": time, **columns}
    >>> told = [event("redeem", 1, offer_id="tea", campaign_id="spring"), event("order", 2, offer_id="cake"),
    ...         event("coupon_applied", 3, offer_id="jam"), event("coupon_applied", 4, offer_id="cup"),
    ...         event("coupon_removed", 5, offer_id="jam")]
    >>> sorted(redemptions(Record.of(told), "redeem", as_of=9), key=str)
    [('spring', 'tea'), (None, 'cake'), (None, 'cup')]
    """
    ordered, applied, removed = (_places(record, kind, as_of) for kind in ("order", "coupon_applied", "coupon_removed"))
    in_cart = [offer for offer, place in applied.items() if place > removed.get(offer, -1)]
    return frozenset([*_pairs(record, response, as_of), *((None, offer) for offer in (*ordered, *in_cart))])


def _pairs(record: Record, kind: str, as_of: int) -> list[Pair]:
    """Campaign and offer of a record's events of one kind."""
    campaigns, offers = (text_values(record, kind, name, as_of=as_of) for name in ("campaign_id", "offer_id"))
    return [(campaign, offer) for campaign, offer in zip(campaigns, offers, strict=True) if offer is not None]


def _places(record: Record, kind: str, as_of: int) -> dict[str, int]:
    """For each offer the place of the last event of one kind that is about it."""
    if kind not in record.words.get("kind", ()):
        return {}
    about = record.equals("kind", kind) & (record.number("time") <= as_of) & (record.codes("offer_id") >= 0)
    at = np.flatnonzero(about)
    return dict(zip(record.texts("offer_id", at), at.tolist(), strict=True))
