"""The past of everybody: how often something is taken, and how often each candidate was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

import polars as pl

from features.config.settings import Settings
from features.events.knowledge import known_events
from features.identity.people import customer_events_at
from features.lake import Lake
from training.targets.populations.contacts import contact_kinds

REACHED: Final = 100  # of so many one is taken for granted to take it, before anybody was reached


@dataclass(frozen=True)
class Past:
    """The ``usual`` chance, None where a model tells one; ``shown`` counts choices by campaign and offer."""

    usual: float | None = None
    shown: Mapping[tuple[str | None, str], int] = field(default_factory=dict)

    @classmethod
    def of(cls, lake: Lake, settings: Settings, *, as_of: int, has_model: bool) -> Self:
        """As known at a moment, as far as anything that is declared asks for it."""
        declared = settings.decisions
        if declared is None:
            return cls()
        usual = None if has_model else usual_chance(lake, settings, as_of=as_of)
        return cls(usual, times_chosen(lake, as_of=as_of) if declared.exploration.by == "thompson" else {})


NOTHING: Final = Past()


def times_chosen(lake: Lake, *, as_of: int) -> dict[tuple[str | None, str], int]:
    """How often decisions of up to ``as_of`` chose each offer of a campaign, as far as builds have read them."""
    chosen = known_events(lake.scan("events"), as_of).filter(pl.col("kind") == "decision")
    counts = chosen.group_by("campaign_id", "offer_id").len().collect()
    return {(campaign, offer): count for campaign, offer, count in counts.iter_rows()}


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
