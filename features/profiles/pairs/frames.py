"""Pairs of a customer and a campaign: their features from the lake's events, and from one customer's record."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from features.arrays import Floats, Ints, Mask
from features.evaluate.online.knowledge import known_by
from features.evaluate.online.record import NONE, Record
from features.events.kinds import RETURNS
from features.identity.people import People
from features.lake import Lake
from features.profiles.pairs.campaigns import Campaign, campaigns
from features.profiles.pairs.features import NEVER, PAIR_FEATURES, WINDOW, PairCounts, pair_features
from features.units import DAY


def pair_frame(lake: Lake, pairs: pl.DataFrame, *, contact: str = "contact", response: str = "redeem") -> pl.DataFrame:
    """Rows of ``customer_id, campaign_id, as_of`` with :data:`PAIR_FEATURES` beside them, in the order of the pairs.

    Only events up to each row's ``as_of`` count. An event of the kind ``contact`` says that a campaign reached a
    customer, one of the kind ``response`` that the customer took its offer.
    """
    by_id, rows = campaigns(lake), pairs.with_row_index("pair")
    table = (
        rows.select("pair")
        .join(_count(lake, rows, contact=contact, response=response), on="pair", how="left")
        .with_columns(pl.col("last_contact").fill_null(NEVER))
        .fill_null(0)
        .sort("pair")
    )
    counts: PairCounts[Ints] = PairCounts(*(table[name].to_numpy() for name in PairCounts._fields))
    values = pair_features(counts, [by_id[key] for key in pairs["campaign_id"]], pairs["as_of"].to_numpy())
    return pl.concat([pairs, pl.DataFrame(values, schema=dict.fromkeys(PAIR_FEATURES, pl.Float64))], how="horizontal")


def _count(lake: Lake, rows: pl.DataFrame, *, contact: str, response: str) -> pl.DataFrame:
    """``pair`` and the columns of :class:`PairCounts`, of the pairs whose customer has events."""
    people = People.at(lake, sorted(rows["as_of"].unique()))
    keyed = people.versions.keyed(rows).drop("customer_id")
    items = (
        lake.scan("offers")
        .select("campaign_id", pl.col("item_ids").alias("item_id"))
        .explode("item_id")
        .unique()
        .with_columns(in_campaign=pl.lit(value=True))
    )
    kinds = ("order", "coupon_applied", contact, response)
    order, coupon, reaches, answers = (pl.col("kind") == kind for kind in kinds)
    returned = pl.col("kind").is_in(RETURNS)
    recent, of_campaign = pl.col("time") > pl.col("as_of") - WINDOW * DAY, pl.col("of") == pl.col("campaign_id")
    in_campaign, spend = pl.col("in_campaign").fill_null(value=False), pl.col("value").fill_null(0)
    first, last = (pl.lit(each, pl.String) for each in (keyed["key"].min(), keyed["key"].max()))
    return (
        people.customer_events()
        .filter(pl.col("customer_id").is_between(first, last), pl.col("kind").is_in([*kinds, *RETURNS]))
        .select("customer_id", "item_id", "time", "known_at", "kind", "value", of="campaign_id")
        .join(keyed.lazy(), left_on="customer_id", right_on="key")
        .filter(pl.col("time") <= pl.col("as_of"), pl.col("known_at").fill_null(NEVER) <= pl.col("as_of"))
        .join(items, on=["campaign_id", "item_id"], how="left")
        .group_by("pair")
        .agg(
            lines=(order & in_campaign).sum(),
            recent_lines=(order & in_campaign & recent).sum(),
            recent_spend=spend.filter(order & in_campaign & recent).sum()
            - spend.filter(returned & in_campaign & recent).sum(),
            recent_gross_spend=spend.filter(order & in_campaign & recent).sum(),
            coupons=(coupon & in_campaign).sum(),
            recent_total_gross_spend=spend.filter(order & recent).sum(),
            responses=(answers & of_campaign).sum(),
            last_contact=pl.col("time").filter(reaches & of_campaign).max(),
        )
        .collect()
    )


def pair_vectors(
    record: Record, campaigns: Sequence[Campaign], *, as_of: int, contact: str = "contact", response: str = "redeem"
) -> Floats:
    """:data:`PAIR_FEATURES` of one customer from their record, a row a campaign, equal to those of the frame."""
    record = known_by(record, as_of)
    time, value = record.number("time"), record.number("value")
    spend = np.where(value == NONE, 0, value)
    past, recent = time <= as_of, time > as_of - WINDOW * DAY
    order = record.equals("kind", "order") & past
    returned = np.logical_or.reduce([record.equals("kind", kind) for kind in RETURNS]) & past
    coupon = record.equals("kind", "coupon_applied") & past
    responses, contacts = record.equals("kind", response) & past, record.equals("kind", contact) & past
    recent_order = order & recent
    gross, total = np.where(recent_order, spend, 0), np.sum(spend[recent_order])
    net = gross - np.where(returned & recent, spend, 0)

    in_words, items = _items(record, campaigns), record.codes("item_id")
    at = np.logical_or.reduce(in_words)[items].nonzero()[0]  # the events about an item of any campaign
    told = np.array([order[at], recent_order[at], coupon[at], net[at], gross[at]], dtype=np.int64)
    lines, recent_lines, coupons, recent_spend, recent_gross_spend = told @ in_words[:, items[at]].T
    at = (responses | contacts).nonzero()[0]
    about = record.codes("campaign_id")[at] == _places(record, campaigns)[:, None]
    table = PairCounts(
        lines=lines,
        recent_lines=recent_lines,
        recent_spend=recent_spend,
        recent_gross_spend=recent_gross_spend,
        coupons=coupons,
        recent_total_gross_spend=np.full(len(campaigns), total),
        responses=np.count_nonzero(about & responses[at], axis=1),
        last_contact=np.where(about & contacts[at], time[at], NEVER).max(axis=1, initial=NEVER),
    )
    return pair_features(table, campaigns, as_of)


def _items(record: Record, campaigns: Sequence[Campaign]) -> Mask:
    """``[campaign, word]``: whether the item of a record's word is the campaign's; the last one is no item."""
    words = record.words.get("item_id", ())
    found = np.zeros((len(campaigns), len(words) + 1), dtype=np.bool_)
    for row, campaign in enumerate(campaigns):
        if campaign.item_ids:
            found[row, :-1] = [word in campaign.item_ids for word in words]
    return found


def _places(record: Record, campaigns: Sequence[Campaign]) -> Ints:
    """``[campaign]``: its place among the words of a record, −2 where none of its events names it."""
    places = {word: place for place, word in enumerate(record.words.get("campaign_id", ()))}
    return np.array([places.get(campaign.campaign_id, -2) for campaign in campaigns], dtype=np.int64)
