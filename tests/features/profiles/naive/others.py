"""The features of all other kinds of events: contacts and answers, ratings, subscriptions, places."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import cos, hypot, pi, radians

import pandas as pd

from tests.features.profiles.naive.choices import snake
from tests.features.profiles.naive.history import DAY, NAN, History, Told, label, over

PLURALS = {"cancel": "cancellations", "redeem": "redemptions", "search": "searches", "support": "support_requests"}
REGULAR = ("cart", "click", "contact", "exposure", "open", "refund", "survey", "view", "visit")
ANSWERS = ("open", "click", "redeem")
LOW = {"nps": 6, "csat": 2, "ces": 2, "stars": 2}
START, RENEWAL, END = "subscription_start", "subscription_renewal", "subscription_end"
KM_A_DEGREE = 6371.0088 * pi / 180  # of a great circle


def noun(kind: str) -> str:
    """Several events of a kind, as names of features call them."""
    return PLURALS.get(kind, f"{kind}s" if kind in REGULAR else f"{snake(kind)}_count")


def of_kind(history: History, kind: str, kinds: Iterable[str]) -> Told:
    """How often something happened, how lately, and how often for each contact and each order."""
    here, contacts = history.of(kind), history.of("contact")
    for days in (7, 14, 28, 90, 180, None) if kind == "contact" else (28, 90, 180, None):
        yield f"{noun(kind)}_{label(days)}", len(here.within(days))
    yield f"{noun(kind)}_trend_90d", over(len(here.within(90)), len(here.within(180, 90)))
    yield f"days_since_last_{snake(kind)}", here.days_since_last()
    if kind != "contact":
        yield f"{snake(kind)}_days_all", here.days()
        if "contact" in kinds:
            yield f"{noun(kind)}_per_contact", over(len(here), len(contacts))
        if "order" in kinds:
            yield f"{noun(kind)}_per_order", over(len(here), len(history.orders))
    if kind in ANSWERS and "contact" in kinds:
        for days in (28, 90):
            yield f"{noun(kind)}_per_contact_{days}d", over(len(here.within(days)), len(contacts.within(days)))


def of_ratings(history: History, scales: Sequence[str]) -> Told:
    for scale in scales:
        asked = history.only(history.events["scale"] == scale)
        ratings = asked.known("rating").round(3)
        yield f"{scale}_mean_all", float(ratings.mean())
        yield f"{scale}_last", float(ratings.iloc[-1]) if len(ratings) else NAN
        yield f"{scale}_least", float(ratings.min())
        yield f"{scale}_low_share_all", over(int((ratings <= LOW[scale]).sum()), len(ratings))
        yield f"{scale}_ratings_all", len(ratings)
        yield f"days_since_{scale}", asked.days_since_last()


def of_subscriptions(history: History, kinds: Iterable[str], *, renewing: bool, priced: bool) -> Told:
    """``renewing``: events tell when a subscription renews; ``priced``: at what price."""
    billed = history.of(START, RENEWAL)
    if START in kinds:
        yield "days_since_subscription_start", history.of(START).days_since_last()
    if RENEWAL in kinds:
        yield "renewals_all", len(history.of(RENEWAL))
        yield "days_since_renewal", history.of(RENEWAL).days_since_last()
    if END in kinds:
        yield "days_since_subscription_end", history.of(END).days_since_last()
    if START in kinds and END in kinds:
        yield "subscriptions_ended_share", over(len(history.of(END)), len(history.of(START)))
    if renewing:
        due = billed.events["renews_at"].dropna()
        yield "days_to_renewal", (due.iloc[-1] - history.as_of) / DAY if len(due) else NAN
    if priced:
        yield "subscription_price_last", billed.last("value") / 100
        yield "subscription_price_change", over(billed.last("value"), billed.first("value"))
        yield "subscription_prices_all", billed.events["value"].nunique()


def of_places(history: History) -> Told:
    """Places are known to a ten-thousandth of a degree; near each other the earth is flat."""
    here = history.events[["latitude", "longitude"]].dropna().round(4)
    north, east = here["latitude"], here["longitude"]
    yield "last_place_km", _km(north, east) if len(here) else NAN
    narrower = cos(radians(north.mean())) if len(here) else NAN
    yield "places_spread_km", hypot(north.std(), east.std() * narrower) * KM_A_DEGREE


def _km(north: pd.Series[float], east: pd.Series[float]) -> float:
    """From the mean of places to the last."""
    between = radians((north.iloc[-1] + north.mean()) / 2)
    return hypot(north.iloc[-1] - north.mean(), (east.iloc[-1] - east.mean()) * cos(between)) * KM_A_DEGREE
