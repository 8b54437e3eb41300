"""Pairs of a customer and a running campaign that reached them, with their own features."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl

from features.arrays import Floats, Ints
from features.evaluate.online.record import Record
from features.events.knowledge import known_events
from features.lake import Lake
from features.profiles.pairs.campaigns import Campaign, campaigns
from features.profiles.pairs.features import PAIR_FEATURES
from features.profiles.pairs.frames import pair_frame, pair_vectors

_SINCE_CONTACT = PAIR_FEATURES.index("days_since_contact")


@dataclass(frozen=True)
class Pairs:
    """One entry a pair: the customer's row in the feature matrix, the campaign, and the pair's features.

    ``unreached`` are the campaigns that are taken as if they had just reached a single customer.
    """

    rows: Ints
    campaigns: Sequence[str]
    values: Floats
    unreached: frozenset[str] = frozenset()

    @classmethod
    def none(cls) -> Self:
        """No pair at all."""
        return cls(np.empty(0, np.int64), [], np.empty((0, len(PAIR_FEATURES))))

    @classmethod
    def of_customers(cls, customers: Sequence[Self]) -> Self:
        """The pairs of several single customers: the first one's are of row 0, the next one's of row 1."""
        return cls(
            rows=np.repeat(np.arange(len(customers)), [len(each.rows) for each in customers]),
            campaigns=[campaign for each in customers for campaign in each.campaigns],
            values=np.concatenate([cls.none().values, *(each.values for each in customers)]),
        )

    def pick(self, places: Ints) -> Pairs:
        """The pairs at some places."""
        return Pairs(self.rows[places], [self.campaigns[place] for place in places], self.values[places])


def running_campaigns(campaigns: Mapping[str, Campaign], *, as_of: int) -> dict[str, Campaign]:
    """The campaigns that run at ``as_of``."""
    return {key: campaign for key, campaign in campaigns.items() if campaign.running(as_of)}


def pairs_of(
    record: Record,
    campaigns: Mapping[str, Campaign],
    contact: str,
    response: str,
    *,
    as_of: int,
    anyone: Collection[str] = (),
) -> Pairs:
    """One customer's pairs with those of the campaigns that reached them, from their record.

    So with those that are for ``anyone``: as if they had reached the customer at this moment, where they have not.
    """
    reached = {key for key in text_values(record, contact, "campaign_id", as_of=as_of) if key is not None}
    ours = [campaigns[key] for key in sorted(reached.union(anyone) & campaigns.keys())]
    if not ours:
        return Pairs.none()
    values = pair_vectors(record, ours, as_of=as_of, contact=contact, response=response)
    names = [campaign.campaign_id for campaign in ours]
    values[[name not in reached for name in names], _SINCE_CONTACT] = 0.0
    return Pairs(np.zeros(len(ours), np.int64), names, values, frozenset(names) - reached)


def text_values(record: Record, kind: str, column: str, *, as_of: int) -> list[str | None]:
    """A text column of a record's events of one kind up to ``as_of``."""
    if kind not in record.words.get("kind", ()):
        return []
    at = np.flatnonzero(record.equals("kind", kind) & (record.number("time") <= as_of))
    words = record.words.get(column, [])
    return [words[code] if code >= 0 else None for code in record.codes(column)[at]]


def reached_pairs(lake: Lake, events: pl.LazyFrame, contact: str, response: str, *, as_of: int) -> pl.DataFrame:
    """The same of many customers, from their events in the lake: ``customer_id, campaign_id`` and pair features."""
    keys = list(running_campaigns(campaigns(lake), as_of=as_of))
    if not keys:  # nothing to look for
        events = events.clear()
    reached = known_events(events, as_of).filter(pl.col("kind") == contact, pl.col("campaign_id").is_in(keys))
    pairs = reached.select("customer_id", "campaign_id").unique().sort("customer_id", "campaign_id").collect()
    moment = pl.lit(as_of, dtype=pl.Int64)
    return pair_frame(lake, pairs.with_columns(as_of=moment), contact=contact, response=response)


def pairs_in(block: pl.DataFrame, pairs: pl.DataFrame) -> Pairs:
    """The pairs of a block of customers, whose rows in the feature matrix are those of the block."""
    ours = pairs.join(block.select("customer_id").with_row_index("row"), on="customer_id", maintain_order="left")
    rows = ours["row"].to_numpy().astype(np.int64)
    return Pairs(rows, ours["campaign_id"].to_list(), ours.select(PAIR_FEATURES).to_numpy())
