"""A customer beside a campaign: what they bought and saved among its products, and how it stands between the two."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from features.arrays import Floats, Ints
from features.evaluate.online.record import NONE, Record
from features.lake import Lake
from features.units import DAY

WINDOW = 90
PAIR_TEXTS = {
    "campaign_offers": "offers of the campaign",
    "campaign_items": "products in the campaign",
    "campaign_days": "days the campaign runs",
    "affinity_lines_all": "purchases of the campaign's products so far",
    f"affinity_lines_{WINDOW}d": f"purchases of the campaign's products in the last {WINDOW} days",
    f"affinity_spend_{WINDOW}d": f"spend on the campaign's products in the last {WINDOW} days, in minor units",
    "affinity_coupons_all": "coupons used on the campaign's products so far",
    f"affinity_share_{WINDOW}d": f"the campaign's products as a share of spend in the last {WINDOW} days",
    "days_since_contact": "days since the campaign last reached the customer",
    "days_left": "days until the campaign ends",
    "redeemed_in_campaign": "responses to the campaign so far",
}
PAIR_FEATURES = tuple(PAIR_TEXTS)
_COUNTS = ("lines", "lines_recent", "spend_recent", "coupons", "spend_all_items", "responses", "contacted")
_NEVER = np.iinfo(np.int64).min


@dataclass(frozen=True)
class Campaign:
    """A campaign as its offers describe it; times in µs, ``None`` where the offers give no bound."""

    campaign_id: str
    starts: int | None
    ends: int | None
    item_ids: frozenset[str]
    offers: int

    def running(self, at: int) -> bool:
        """Whether any of its offers is valid at a moment."""
        return (self.starts is None or self.starts <= at) and (self.ends is None or at <= self.ends)

    @property
    def context(self) -> tuple[float, float, float]:
        """Offers, products and days: what a model knows of the campaign itself."""
        bounded = self.starts is not None and self.ends is not None
        days = (self.ends - self.starts) / DAY if bounded else np.nan  # type: ignore[operator]
        return float(self.offers), float(len(self.item_ids)), days


def campaigns(lake: Lake) -> dict[str, Campaign]:
    """The campaigns that the lake's offers belong to, by id."""
    grouped = (
        lake.scan("offers")
        .filter(pl.col("campaign_id").is_not_null())
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
    return {
        r["campaign_id"]: Campaign(
            r["campaign_id"], r["starts"], r["ends"], frozenset(i for i in r["item_ids"] if i), r["offers"]
        )
        for r in grouped.iter_rows(named=True)
    }


def pair_frame(lake: Lake, pairs: pl.DataFrame, *, contact: str = "contact", response: str = "redeem") -> pl.DataFrame:
    """Rows of ``customer_id, campaign_id, as_of`` with :data:`PAIR_FEATURES` beside them, in the order they came.

    Only events up to each row's ``as_of`` are seen; ``contact`` and ``response`` are the kinds that say that a campaign
    reached a customer, and that they took its offer.
    """
    known = campaigns(lake)
    rows = pairs.with_row_index("pair")
    counted = _counts(lake, rows, contact=contact, response=response)
    counts = (
        rows.select("pair")
        .join(counted, on="pair", how="left")
        .with_columns(pl.col("contacted").fill_null(_NEVER))
        .fill_null(0)
        .sort("pair")
    )
    context = np.array([known[c].context for c in pairs["campaign_id"]], dtype=np.float64).reshape(len(pairs), 3)
    ends = np.array([_end(known[c]) for c in pairs["campaign_id"]], dtype=np.int64)
    values = _finish(
        counts.select(_COUNTS).to_numpy().astype(np.int64), context, ends=ends, as_of=pairs["as_of"].to_numpy()
    )
    return pl.concat([pairs, pl.DataFrame(values, schema=dict.fromkeys(PAIR_FEATURES, pl.Float64))], how="horizontal")


def _counts(lake: Lake, rows: pl.DataFrame, *, contact: str, response: str) -> pl.DataFrame:
    offered = (
        lake.scan("offers")
        .select("campaign_id", pl.col("item_ids").alias("item_id"))
        .explode("item_id")
        .unique()
        .with_columns(offered=pl.lit(value=True))
    )
    order, recent = pl.col("kind") == "order", pl.col("time") > pl.col("as_of") - WINDOW * DAY
    reached, answered = (pl.col("kind") == kind for kind in (contact, response))
    ours = pl.col("of") == pl.col("campaign_id")
    mine, spend = pl.col("offered").fill_null(value=False), pl.col("value").fill_null(0)
    return (
        lake.scan("events")
        .filter(pl.col("kind").is_in(["order", "coupon_applied", contact, response]))
        .select("customer_id", "item_id", "time", "kind", "value", of="campaign_id")
        .join(rows.lazy(), on="customer_id")
        .filter(pl.col("time") <= pl.col("as_of"))
        .join(offered, on=["campaign_id", "item_id"], how="left")
        .group_by("pair")
        .agg(
            lines=(order & mine).sum(),
            lines_recent=(order & mine & recent).sum(),
            spend_recent=spend.filter(order & mine & recent).sum(),
            coupons=((pl.col("kind") == "coupon_applied") & mine).sum(),
            spend_all_items=spend.filter(order & recent).sum(),
            responses=(answered & ours).sum(),
            contacted=pl.col("time").filter(reached & ours).max(),
        )
        .collect()
    )


def pair_vector(
    record: Record, campaign: Campaign, *, as_of: int, contact: str = "contact", response: str = "redeem"
) -> Floats:
    """:data:`PAIR_FEATURES` of one customer and campaign from the customer's record, equal to the frame's row."""
    time, value = record.number("time"), record.number("value")
    value = np.where(value == NONE, 0, value)
    offered = np.array([w in campaign.item_ids for w in record.words.get("item_id", ())] + [False], dtype=np.bool_)
    mine = offered[record.codes("item_id")]  # -1, no item, is the False at the end
    seen, recent = time <= as_of, time > as_of - WINDOW * DAY
    order = record.equals("kind", "order") & seen
    coupon = record.equals("kind", "coupon_applied") & seen
    ours = record.equals("campaign_id", campaign.campaign_id) & seen
    reached = time[record.equals("kind", contact) & ours]
    counts: Ints = np.array(
        [
            np.sum(order & mine),
            np.sum(order & mine & recent),
            np.sum(value[order & mine & recent]),
            np.sum(coupon & mine),
            np.sum(value[order & recent]),
            np.sum(record.equals("kind", response) & ours),
            reached.max() if len(reached) else _NEVER,
        ],
        dtype=np.int64,
    )
    ends, moment = np.array([_end(campaign)], dtype=np.int64), np.array([as_of], dtype=np.int64)
    return _finish(counts[None, :], np.array([campaign.context]), ends=ends, as_of=moment)[0]  # type: ignore[no-any-return]


def _end(campaign: Campaign) -> int:
    return _NEVER if campaign.ends is None else campaign.ends


def _finish(counts: Ints, context: Floats, *, ends: Ints, as_of: Ints) -> Floats:
    lines, lines_recent, spend, coupons, total, responses, contacted = counts.T
    share = np.full(len(counts), np.nan)
    np.divide(spend, total, out=share, where=total != 0)
    since, left = _days(contacted, as_of, since=contacted), _days(as_of, ends, since=ends)
    return np.column_stack([context, lines, lines_recent, spend, coupons, share, since, left, responses])


def _days(start: Ints, end: Ints, *, since: Ints) -> Floats:
    """Days from one moment to another; NaN where the one that may be missing is."""
    there = since != _NEVER
    return np.where(there, (np.where(there, end, 0) - np.where(there, start, 0)) / DAY, np.nan)
