"""The features of orders: how many, how much, how regularly, when, how that changes, and what came back."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from tests.features.profiles.naive.history import DAY, NAN, History, Told, label, over

MINUTE = pd.Timedelta(minutes=1)


def of_orders(history: History, windows: Sequence[int]) -> Told:
    """All of them."""
    yield from amounts(history, windows)
    yield from baskets(history)
    yield from values(history)
    yield from weeks(history)
    yield from trends(history)
    yield from rhythm(history)
    yield from habits(history)
    yield from variety(history)


def spend(history: History) -> float:
    """What was paid in the currency, without what was given back since."""
    return (
        history.lines.total("value") - history.of("refund").total("value") - history.of("cancel").total("value")
    ) / 100


def gross_spend(history: History) -> float:
    """What was paid in the currency, also for what came back."""
    return history.lines.total("value") / 100


def amounts(history: History, windows: Sequence[int]) -> Told:
    for days in (*windows, None):
        bought = history.lines.within(days)
        yield f"orders_{label(days)}", len(history.orders.within(days))
        yield f"spend_{label(days)}", spend(history.within(days))
        yield f"order_lines_{label(days)}", len(bought)
        yield f"discount_{label(days)}", bought.total("discount") / 100


def baskets(history: History) -> Told:
    for days in (28, 90, None):
        bought, orders = history.lines.within(days), len(history.orders.within(days))
        yield f"spend_per_order_{label(days)}", over(spend(history.within(days)), orders)
        yield f"lines_per_order_{label(days)}", over(len(bought), orders)
        yield f"discount_rate_{label(days)}", over(bought.total("discount"), bought.total("value"))


def values(history: History) -> Told:
    """Of single lines; a spread is the sample standard deviation, of one value undefined."""
    bought = history.lines
    paid = bought.known("value") / 100
    yield "line_value_std_all", float(paid.std())
    yield "line_value_min_all", float(paid.min())
    yield "line_value_max_all", float(paid.max())
    yield "first_line_value", bought.first("value") / 100
    yield "last_line_value", bought.last("value") / 100


def weeks(history: History) -> Told:
    for end in range(7, 56, 7):
        name = f"{end + 7}d_to_{end}d"
        yield f"orders_{name}", len(history.orders.within(end + 7, end))
        yield f"spend_{name}", spend(history.within(end + 7, end))


def trends(history: History) -> Told:
    for days in (14, 28, 90):
        now, before = (days, 0), (2 * days, days)
        orders = [len(history.orders.within(*window)) for window in (now, before)]
        spent = [spend(history.within(*window)) for window in (now, before)]
        yield f"orders_trend_{days}d", over(*orders)
        yield f"spend_trend_{days}d", over(*spent)
        yield f"orders_share_{days}d", over(orders[0], len(history.orders))


def gaps(orders: History) -> pd.Series[float]:
    """Days between an order and the one before, by whole minutes, beside the moment of the later one."""
    times = orders.times.set_axis(orders.times)
    return (times.diff().dropna() // MINUTE) * (MINUTE / DAY)


def rhythm(history: History) -> Told:
    orders = history.orders
    between, since_last = gaps(orders), orders.days_since_last()
    yield "days_since_last_order", since_last
    yield "days_since_first_order", orders.days_since_first()
    yield "order_gap_last", float(between.iloc[-1]) if len(between) else NAN
    for days in (90, None):
        ended = between if days is None else between[between.index > history.as_of - days * DAY]
        mean = float(ended.mean())
        yield f"order_gap_mean_{label(days)}", mean
        yield f"order_gap_std_{label(days)}", float(ended.std())
        yield f"recency_over_gap_{label(days)}", over(since_last, mean)


def habits(history: History) -> Told:
    """Mornings end at noon and evenings begin at six, in UTC."""
    for days in (90, None):
        orders = history.orders.within(days)
        hour, weekday = orders.times.dt.hour, orders.times.dt.day_of_week
        for name, met in (("morning", hour < 12), ("evening", hour >= 18), ("weekend", weekday >= 5)):
            yield f"{name}_share_{label(days)}", over(int(met.sum()), len(orders))


def variety(history: History) -> Told:
    for days in (28, 90, None):
        bought = history.lines.within(days)
        yield f"categories_{label(days)}", bought.events["category"].nunique()
        yield f"order_days_{label(days)}", bought.days()
    for days in (28, 56, 90, 180, None):
        yield f"order_weeks_{label(days)}", history.lines.within(days).weeks()


def gross(history: History) -> Told:
    for days in (28, 90, 365, None):
        yield f"gross_spend_{label(days)}", gross_spend(history.within(days))


def of_returns(history: History, kind: str, past: str, *, returning: bool) -> Told:
    """What came back of what was bought; ``returning``: such events tell of which order."""
    back = history.of(kind)
    for days in (90, None):
        spent = history.lines.within(days).total("value")
        yield f"{past}_spend_share_{label(days)}", over(back.within(days).total("value"), spent)
    if returning:
        yield f"{past}_orders_share_all", over(back.events["order_id"].nunique(), len(history.orders))
