"""How often what a campaign offers is taken: the chance where no model tells one."""

from __future__ import annotations

from typing import Final

import polars as pl

from features.config.settings import Settings
from features.events.knowledge import known_events
from features.identity.people import customer_events_at
from features.lake import Lake
from training.targets.populations.contacts import contact_kinds

REACHED: Final = 100  # of so many one is taken for granted to take it, before anybody was reached


def usual_chance(lake: Lake, settings: Settings, *, as_of: int) -> float:
    """Of those whom a campaign had reached by ``as_of``, the share that took an offer of it.

    It starts from one in a hundred, with the weight of a hundred customers.

    >>> from pathlib import Path
    >>> usual_chance(Lake(Path("nowhere")), Settings.model_validate({"name": "Shop", "sources": {}}), as_of=0)
    0.01
    """
    contact, response = contact_kinds(settings)
    events = known_events(customer_events_at(lake, as_of=as_of), as_of).filter(
        pl.col("kind").is_in([contact, response])
    )
    pairs = events.filter(pl.col("campaign_id").is_not_null()).group_by("customer_id", "campaign_id")
    reached = pairs.agg(reached=(pl.col("kind") == contact).any(), taken=(pl.col("kind") == response).any())
    taken = reached.filter("reached").select("taken").collect()["taken"]
    return (int(taken.sum()) + 1) / (len(taken) + REACHED)
