"""Offers as of a moment: what each is worth and costs, assumed from history where the table does not say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import orjson
import polars as pl

from features.config.sections.decisions.candidates import Membership
from features.config.sections.decisions.decisions import DecisionSettings
from features.config.sections.decisions.policy.selection import Touch
from features.config.settings import Settings
from features.events.kinds import RETURNS
from features.events.knowledge import known_events
from features.events.tables import OFFERS
from features.identity.people import customer_events_at
from features.lake import Lake
from serving.decisions.candidates.kept import BESIDE, with_kept

_KEY = ["offer_id", "campaign_id"]


@dataclass(frozen=True)
class Offer:
    """A candidate for a decision: amounts in minor units, valid in ``[starts, ends]`` (µs), where None is no bound.

    On no ``channels`` and in no ``formats`` it may be shown in any; ``more`` holds the columns that are declared.
    """

    offer_id: str
    type: str
    name: str
    campaign_id: str | None
    starts: int | None
    ends: int | None
    value: int
    cost: int
    item_ids: frozenset[str]
    assumed: bool
    channels: frozenset[str] = frozenset()
    formats: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    issue: str | None = None
    group: str | None = None
    membership: Membership = "contacted"
    priority: float | None = None
    lever: float | None = None
    stock: float | None = None
    paused: bool = False
    more: Mapping[str, object] = field(default_factory=dict)

    @property
    def touch(self) -> Touch:
        """It as it is shown, on no channel yet."""
        return Touch(self.offer_id, self.campaign_id, self.type, None, self.issue, self.group, self.tags)


def offers_at(
    lake: Lake, settings: Settings, *, as_of: int, others: Sequence[pl.DataFrame] = (), kept: pl.DataFrame | None = None
) -> list[Offer]:
    """Every offer of the lake and of ``others``, tables like the lake's, with value and cost as known at ``as_of``.

    Of those of one id and campaign the first holds; those that are ``kept`` take the place of all of their ids.
    Where the table gives no value, it is assumed: ``offers.margin`` of what customers usually spend on the offer's
    products (the mean of those who bought any, in the last ``offers.window``). Where it gives no cost, it is the mean
    discount seen on these products' ``coupon_applied`` rows, or on all of them when these had none. For expired offers
    nothing is assumed from history.
    """
    table = with_kept(pl.concat([lake.scan("offers").collect(), *others], how="diagonal"), kept)
    table = table.unique(_KEY, keep="first", maintain_order=True)
    unexpired = table.filter(pl.col("ends").is_null() | (pl.col("ends") >= as_of))
    items = _items(unexpired)
    spend = _usual_spend(lake, items, after=as_of - settings.offers.window, as_of=as_of)
    discount, overall = _usual_discount(lake, items, as_of=as_of)
    worth = (
        table.join(spend, on=_KEY, how="left", nulls_equal=True)
        .join(discount, on=_KEY, how="left", nulls_equal=True)
        .with_columns(
            assumed=pl.col("value").is_null() | pl.col("cost").is_null(),
            value=pl.coalesce("value", (pl.col("spend") * settings.offers.margin).round().cast(pl.Int64), 0),
            cost=pl.coalesce("cost", pl.col("discount").round().cast(pl.Int64), overall),
        )
        .drop("spend", "discount")
        .sort("offer_id", "campaign_id")
    )
    return [_offer(row, settings.decisions) for row in worth.iter_rows(named=True)]


def _offer(row: dict[str, object], decisions: DecisionSettings | None) -> Offer:
    candidates = (decisions or DecisionSettings()).candidates
    membership = candidates.campaigns.get(str(row["campaign_id"]), candidates.membership)
    lists = {name: frozenset(row[name] or ()) for name, role in OFFERS.items() if role == "list"}  # type: ignore[call-overload]
    own = {name: row[name] for name in (*OFFERS, "assumed")} | lists
    own["membership"] = row["membership"] or membership
    if (beside := row.get(BESIDE)) is not None:
        return Offer(**own, **orjson.loads(str(beside)))  # type: ignore[arg-type]
    more = {name: value for name, value in row.items() if name not in own and name != BESIDE and value is not None}
    return Offer(**own, more=more)  # type: ignore[arg-type]


def _items(offers: pl.DataFrame) -> pl.LazyFrame:
    """One row per offer and product."""
    products = offers.lazy().select(*_KEY, item_id=pl.col("item_ids"))
    return products.filter(pl.col("item_id").list.len() > 0).explode("item_id").unique()


def _usual_spend(lake: Lake, items: pl.LazyFrame, *, after: int, as_of: int) -> pl.DataFrame:
    """``spend``: the mean over customers who bought any of the offer's products in ``(after, as_of]``."""
    returned = pl.col("kind").is_in(RETURNS)
    return (
        known_events(customer_events_at(lake, as_of=as_of), as_of)
        .filter((pl.col("kind") == "order") | returned, pl.col("time") > after)
        .with_columns(value=pl.when(returned).then(-pl.col("value")).otherwise("value"))
        .group_by("item_id", "customer_id")
        .agg(pl.col("value").sum(), bought=(~returned).any())
        .filter("bought")
        .join(items, on="item_id")
        .group_by(_KEY)
        .agg(spend=pl.col("value").sum() / pl.col("customer_id").n_unique())
        .collect()
    )


def _usual_discount(lake: Lake, items: pl.LazyFrame, *, as_of: int) -> tuple[pl.DataFrame, int]:
    """``discount``: the mean a coupon took off an offer's products up to ``as_of``; beside it, the mean over all."""
    coupons = (
        known_events(lake.scan("events"), as_of)
        .filter(pl.col("kind") == "coupon_applied", pl.col("discount") > 0)
        .select("item_id", "discount")
    )
    mean = coupons.select(pl.col("discount").mean()).collect().item()
    by_item = coupons.group_by("item_id").agg(total=pl.col("discount").sum(), rows=pl.len())
    by_offer = (
        by_item.join(items, on="item_id").group_by(_KEY).agg(discount=pl.col("total").sum() / pl.col("rows").sum())
    )
    return by_offer.collect(), round(mean or 0)
