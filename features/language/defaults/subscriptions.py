"""Default features of subscriptions: how long, until when, at what price, and whether they ended."""

from __future__ import annotations

from collections.abc import Iterator

from features.language.defaults.orders import EVER
from features.language.feature import Feature, amount, ratio, since
from features.language.terms import Measure, Term, where

START, RENEWAL, END = "subscription_start", "subscription_renewal", "subscription_end"
KINDS = (START, RENEWAL, END)


def subscription_features(kinds: tuple[str, ...], *, renewing: bool, priced: bool) -> Iterator[Feature]:
    """What the kinds of subscription events that there are tell; undefined for who never subscribed."""
    billed = where(kind=(START, RENEWAL))
    if START in kinds:
        yield since("days_since_subscription_start", _latest(START), "days since a subscription last started")
    if RENEWAL in kinds:
        yield amount("renewals", _count(RENEWAL), EVER, "count", "subscription renewals")
        yield since("days_since_renewal", _latest(RENEWAL), "days since a subscription was last renewed")
    if END in kinds:
        yield since("days_since_subscription_end", _latest(END), "days since a subscription last ended")
    if START in kinds and END in kinds:
        ends, starts = Term(_count(END), EVER), Term(_count(START), EVER)
        yield ratio("subscriptions_ended_share", ends, starts, "share", "subscriptions ended as a share of those begun")
    if renewing:
        renews = Term(Measure("last", "renews_at", billed), EVER)
        text = "days until a subscription renews, negative once that is past"
        yield Feature("days_to_renewal", "until", (renews,), "days", text)
    if priced:
        first, last = Term(Measure("first", "value", billed), EVER), Term(Measure("last", "value", billed), EVER)
        yield Feature("subscription_price_last", "amount", (last,), "money", "last price of a subscription")
        text = "last price of a subscription over the first"
        yield Feature("subscription_price_change", "change", (last, first), "ratio", text)
        prices = Measure("distinct", "value", billed)
        yield amount("subscription_prices", prices, EVER, "count", "different prices of subscriptions")


def _count(kind: str) -> Measure:
    return Measure("sum", "one", where(kind=kind))


def _latest(kind: str) -> Measure:
    return Measure("max", "time", where(kind=kind))
