"""The features that set customers beside their peers: scores, percentiles, stages, personas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan

import numpy as np
import numpy.typing as npt
import pandas as pd

from tests.features.profiles.naive.history import DAY, NAN, History, Told, Value
from tests.features.profiles.naive.orders import gaps

Floats = npt.NDArray[np.float64]
FIFTHS, HUNDREDTHS = np.linspace(0, 1, 6)[1:-1], np.linspace(0, 1, 101)[1:-1]
SCORES = {
    "rfm_recency": ("days_since_last_order", -1, FIFTHS),
    "rfm_frequency": ("orders_365d", 1, FIFTHS),
    "rfm_monetary": ("spend_365d", 1, FIFTHS),
    "spend_90d_percentile": ("spend_90d", 1, HUNDREDTHS),
    "orders_90d_percentile": ("orders_90d", 1, HUNDREDTHS),
}
INTEREST = ("cart", "click", "search", "view", "visit")
# What personas look at, and the words for a middle above the mean of all and below it.
WORDS = {
    "buys often": ("orders_90d", 1),
    "buys rarely": ("orders_90d", -1),
    "big baskets": ("spend_per_order_all", 1),
    "small baskets": ("spend_per_order_all", -1),
    "hunts discounts": ("discount_rate_all", 1),
    "pays full price": ("discount_rate_all", -1),
    "broad choice": ("categories_90d", 1),
    "narrow choice": ("categories_90d", -1),
    "at weekends": ("weekend_share_all", 1),
    "on weekdays": ("weekend_share_all", -1),
    "in the evening": ("evening_share_all", 1),
    "by day": ("evening_share_all", -1),
}
HABITS = list(dict.fromkeys(habit for habit, _ in WORDS.values()))


@dataclass(frozen=True)
class Persona:
    """Groups of customers: their names, and the middle of each in standardised habits."""

    names: Sequence[str]
    centres: Floats


def scores(told: Mapping[str, Value], peers: pd.DataFrame) -> Told:
    """Where a customer stands among the peers: one more than the borders that they reach, the best highest."""
    for name, (base, sign, parts) in SCORES.items():
        borders = set(np.quantile(sign * peers[base].dropna(), parts))
        mine = sign * float(told[base])
        yield name, NAN if isnan(mine) else 1 + sum(mine >= border for border in borders)


def own_gap(orders: History, peers: pd.DataFrame) -> pd.Timedelta:
    """The mean time between a customer's orders; the peers' median before there are two such times."""
    between = gaps(orders)
    days = float(between.mean()) if len(between) >= 2 else float(peers["order_gap_mean_all"].median())
    return max(days, 1 / 1440) * DAY


def stage(history: History, peers: pd.DataFrame) -> str:
    """The stage of a customer's life with us, by the usual settings."""
    orders = history.orders
    if not len(orders):
        return "prospect"
    silence = orders.days_since_last() * DAY / own_gap(orders, peers)
    if silence > 2:
        return "lapsed" if silence > 4 else "at risk"
    earlier = orders.only(orders.times <= history.as_of - 28 * DAY)
    back = len(orders) > len(earlier) > 0 and not len(orders.within(28 + 84, 28))
    if back and 4 * own_gap(earlier, peers) < 84 * DAY:
        return "returning"
    if orders.days_since_first() <= 28:
        return "new"
    return "loyal" if len(orders.within(180)) >= peers["orders_180d"].quantile(0.8) else "active"


def journey_stage(history: History, peers: pd.DataFrame) -> str:
    """The stage on the road to the next order, by the usual settings."""
    orders, interest = history.orders, history.of(*INTEREST)
    ordered = orders.times.iloc[-1] if len(orders) else pd.Timestamp.min
    carts = history.of("cart")
    waiting = carts.only(carts.times > ordered)
    if len(waiting) and waiting.days_since_last() <= 1:
        return "buying"
    if len(orders) and orders.days_since_last() * DAY <= 0.25 * own_gap(orders, peers):
        return "after the purchase"
    signs = interest.within(14)  # those from before the last order show no interest, but are counted beside later ones
    if not len(signs.only(signs.times > ordered)):
        return "quiet"
    return "evaluating" if len(signs) >= 3 or len(waiting.within(14)) else "considering"


def habits(frame: pd.DataFrame, peers: pd.DataFrame) -> pd.DataFrame:
    """What personas look at, in spreads from the mean of who ordered lately, no more than three of them."""
    recent = peers.loc[peers["orders_90d"] > 0, HABITS]
    middle = recent.median()
    usual = recent.fillna(middle)
    return ((frame[HABITS].fillna(middle) - usual.mean()) / usual.std(ddof=0)).clip(-3, 3)


def nearest(mine: Floats, personas: Persona) -> str:
    """The group whose middle is nearest."""
    return personas.names[int(np.linalg.norm(personas.centres - mine, axis=1).argmin())]


def persona(told: Mapping[str, Value], peers: pd.DataFrame, personas: Persona) -> str:
    """The group that a customer is nearest to."""
    return nearest(habits(pd.DataFrame([told]), peers).to_numpy()[0], personas)
