"""A shop that reaches its customers by campaigns for a year: orders, contacts and responses to learn from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from features.units import DAY

CUSTOMERS, DAYS, RUNS = 150, 350, 40
CAMPAIGNS = range(30, DAYS, 25)  # the day that each starts
AS_OF = 280 * DAY  # a moment with enough before it to learn from, and with outcomes after it


def events(customers: int = CUSTOMERS) -> Iterator[dict[str, object]]:
    """What they do in the year: everybody orders about fortnightly, and goes on doing so when the year is over.

    Some are keen on campaigns, and most responses come in the first days.
    """
    draw = np.random.default_rng(3)
    for customer in range(customers):
        keen = draw.beta(0.5, 1.5)
        for day in np.cumsum(draw.exponential(14, 40)):
            yield event(customer, "order", day, value=int(draw.gamma(3, 500)), item_id=f"i{draw.integers(6)}")
        for campaign in CAMPAIGNS:
            if draw.random() < 0.7:
                yield event(customer, "contact", campaign, campaign_id=f"k{campaign}")
                for _ in range(draw.poisson(keen)):
                    day = campaign + 0.1 + min(draw.exponential(8), RUNS - 1)
                    yield event(customer, "redeem", day, campaign_id=f"k{campaign}")


def event(customer: int, kind: str, day: float, **columns: object) -> dict[str, object]:
    """A row of a kind, at a moment told in days."""
    time = round(day * DAY)
    name = f"{kind}-{customer}-{time}"
    return {"event_id": name, "order_id": name, "order_line": 1, "customer_id": f"c{customer}", "kind": kind,
            "time": time, "currency": "EUR", **columns}  # fmt: skip


def offers() -> list[dict[str, object]]:
    """One for each campaign, while it runs."""
    return [
        {"offer_id": f"o{c}", "campaign_id": f"k{c}", "starts": c * DAY, "ends": (c + RUNS) * DAY, "item_ids": ["i1"]}
        for c in CAMPAIGNS
    ]
