"""Campaigns, as the offers that belong to them describe them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from features.lake import Lake
from features.units import DAY


@dataclass(frozen=True)
class Campaign:
    """A campaign: its products and number of offers; times in µs, ``None`` where the offers give no bound."""

    campaign_id: str
    starts: int | None
    ends: int | None
    item_ids: frozenset[str]
    offers: int

    def running(self, at: int) -> bool:
        """Whether any of its offers is valid at a moment."""
        return (self.starts is None or self.starts <= at) and (self.ends is None or at <= self.ends)

    @cached_property
    def context(self) -> tuple[float, float, float]:
        """The numbers of offers, of products and of days it runs: what a model knows of the campaign itself."""
        bounded = self.starts is not None and self.ends is not None
        days = (self.ends - self.starts) / DAY if bounded else np.nan  # type: ignore[operator]
        return float(self.offers), float(len(self.item_ids)), days


def campaigns(lake: Lake) -> dict[str, Campaign]:
    """The campaigns that the lake's offers belong to, by id."""
    return campaigns_of(lake.scan("offers"))


def campaigns_of(offers: pl.LazyFrame) -> dict[str, Campaign]:
    """The campaigns that some offers belong to, by id."""
    by_campaign = (
        offers.filter(pl.col("campaign_id").is_not_null())
        .group_by("campaign_id")
        .agg(
            starts=pl.when(~pl.col("starts").is_null().any()).then(pl.col("starts").min()),  # no bound is no bound
            ends=pl.when(~pl.col("ends").is_null().any()).then(pl.col("ends").max()),
            item_ids=pl.col("item_ids").explode(),
            offers=pl.len(),
        )
        .sort("campaign_id")
        .collect()
    )
    return {row["campaign_id"]: _campaign(**row) for row in by_campaign.iter_rows(named=True)}


def _campaign(
    *, campaign_id: str, starts: int | None, ends: int | None, item_ids: list[str | None], offers: int
) -> Campaign:
    return Campaign(campaign_id, starts, ends, frozenset(item for item in item_ids if item), offers)
