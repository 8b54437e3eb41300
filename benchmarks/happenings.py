"""What the customers of one block of the synthetic world do, from the truth about them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from benchmarks.season import DAYS, END, START, Floats, Ints, at_season_days, season_days
from features.schema import schema
from features.units import DAY

CATEGORIES = (
    "Produce", "Dairy", "Bakery", "Meat", "Drinks", "Snacks", "Frozen", "Household", "Pasta", "Cheese", "Fish",
    "Cereal", "Coffee", "Tea", "Sweets", "Spices", "Baby", "Pets", "Beauty", "Health", "Garden", "Toys", "Books",
    "Flowers",
)  # fmt: skip
ITEMS = 40  # of each category
LINES = 3.0  # of an order, on average: one and Poisson(LINES − 1)
SPREAD = 0.6  # standard deviation of the log of a line's value
VIEWS, VISITS = 0.6, 0.3  # per order rate
REACH, OPENED = 0.5, 0.35  # contacted in each campaign at random; of these, while active, opened
CAMPAIGNS = DAYS // 28
SURVEYED, REFUNDED = 0.05, 0.02  # of orders; of lines
STORES = 50


@dataclass(frozen=True)
class Block:
    """The truth as arrays, a row a customer, and the chance that is left."""

    rng: np.random.Generator
    joined: Ints
    lapsed: Ints
    columns: dict[str, Floats]
    affinity: Floats

    @property
    def size(self) -> int:
        """How many customers."""
        return len(self.joined)

    def chance(self, rows: Ints, probability: Floats | float) -> Ints:
        """Those of the rows that have the luck, as places in ``rows``."""
        return np.flatnonzero(self.rng.random(len(rows)) < probability)

    def poisson(self, rates: Floats) -> tuple[Ints, Ints]:
        """Customers (rows) and times of a process of these daily rates, while they are active, in season."""
        begin = season_days(self.joined)
        length = season_days(np.minimum(self.lapsed, END)) - begin
        rows = np.repeat(np.arange(self.size), self.rng.poisson(rates * length))
        return rows, at_season_days(begin[rows] + self.rng.random(len(rows)) * length[rows])


def tell(truth: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """All events of these customers up to the world's end, in the lake's schema and order."""
    numbers = {c: truth[c].to_numpy() for c in ("rate", "spend_log_mean", "redeem", "uplift", "satisfaction")}
    block = Block(rng, truth["joined"].to_numpy(), truth["lapsed"].to_numpy(), numbers, truth["affinity"].to_numpy())
    contacts, answers, persuaded = _campaigns(block)
    lines = _orders(block, persuaded)
    shopping = [lines, _refunds(block, lines), _surveys(block, lines), *_browsing(block)]
    told = pl.concat([*shopping, contacts, answers, _subscriptions(block, truth["subscriber"])], how="diagonal")
    return _canonical(told.filter(pl.col("time") <= END), truth["customer_id"])


def offer_starts() -> Ints:
    """When each campaign starts: every four weeks, at the season's first hour."""
    return START + (np.arange(CAMPAIGNS, dtype=np.int64) + 1) * 28 * DAY - 7 * DAY


def _campaigns(block: Block) -> tuple[pl.DataFrame, pl.DataFrame, tuple[Ints, Ints]]:
    starts = offer_starts()
    rows, campaign = np.nonzero(block.rng.random((block.size, CAMPAIGNS)) < REACH)
    time = starts[campaign] + block.rng.integers(0, DAY, len(rows))
    reached = time > block.joined[rows]
    rows, campaign, time = rows[reached], campaign[reached], time[reached]
    active = time <= block.lapsed[rows]
    luck = np.where(active, block.rng.random(len(rows)), np.inf)
    answered, persuaded = luck < block.columns["redeem"][rows], luck < block.columns["uplift"][rows]
    later = time + block.rng.integers(1, 6 * DAY, len(rows))
    opened = block.rng.random(len(rows)) < OPENED * active
    contact = _campaign_frame("contact", rows, time, campaign)
    opens = _campaign_frame("open", rows[opened], time[opened] + 3_600_000_000, campaign[opened])
    redeems = _campaign_frame("redeem", rows[answered], later[answered], campaign[answered])
    return contact, pl.concat([opens, redeems]), (rows[persuaded], later[persuaded])


def _campaign_frame(kind: str, rows: Ints, time: Ints, campaign: Ints) -> pl.DataFrame:
    numbered = pl.DataFrame({"row": rows, "time": time, "number": campaign + 1})
    return numbered.select(
        "row",
        "time",
        kind=pl.lit(kind),
        channel=pl.lit("email"),
        campaign_id=pl.format("campaign-{}", "number"),
        offer_id=pl.format("offer-{}", "number"),
    )


def _orders(block: Block, persuaded: tuple[Ints, Ints]) -> pl.DataFrame:
    """Order lines: the first order at joining, the process of the rate, and those that a contact brought."""
    own, times = block.poisson(block.columns["rate"])
    rows = np.concatenate([np.arange(block.size), own, persuaded[0]])
    order = np.repeat(np.arange(len(rows)), 1 + block.rng.poisson(LINES - 1, len(rows)))
    row = rows[order]
    category = _categories(block, row)
    value = np.exp(block.rng.normal(block.columns["spend_log_mean"][row], SPREAD)).round().astype(np.int64)
    item = category * ITEMS + block.rng.integers(0, ITEMS, len(row))
    lines = pl.DataFrame(
        {
            "row": row,
            "time": np.concatenate([block.joined, times, persuaded[1]])[order],
            "order": order,
            "order_line": np.arange(len(order)) - np.searchsorted(order, order) + 1,
            "value": value,
            "discount": np.where(block.rng.random(len(row)) < 0.2, value // 10, 0),
            "cost": value * 6 // 10,
            "item_id": _ITEM_NAMES.gather(item),
            "category": _CATEGORY_NAMES.gather(category),
            "store": block.rng.integers(-STORES, STORES, len(rows))[order],
        }
    )
    web = pl.col("store") < 0
    return lines.with_columns(
        pl.lit("order").alias("kind"),
        pl.lit(1.0).alias("quantity"),
        pl.when(web).then(pl.lit("web")).otherwise(pl.lit("store")).alias("channel"),
        pl.when(~web).then(59.0 + pl.col("store") * 0.01).alias("latitude"),
        pl.when(~web).then(18.0 + pl.col("store") * 0.02).alias("longitude"),
    ).drop("store")


def _categories(block: Block, row: Ints) -> Ints:
    """A category for each line, by its customer's affinities: one search over all cumulative shares laid end to end."""
    cumulative = np.minimum(np.cumsum(block.affinity, axis=1), 1.0)
    cumulative[:, -1] = 1.0
    laid = (cumulative + np.arange(block.size)[:, None]).ravel()
    found = np.searchsorted(laid, row + block.rng.random(len(row)), side="right") - row * len(CATEGORIES)
    category: Ints = np.clip(found, 0, len(CATEGORIES) - 1)
    return category


def _refunds(block: Block, lines: pl.DataFrame) -> pl.DataFrame:
    back = lines.select("row", "time", "order", "value", "item_id", "category", "channel").select(
        pl.all().gather(block.chance(np.arange(lines.height), REFUNDED))
    )
    later = pl.Series(block.rng.integers(DAY, 14 * DAY, back.height))
    return back.with_columns(pl.col("time") + later, pl.lit("refund").alias("kind"))


def _surveys(block: Block, lines: pl.DataFrame) -> pl.DataFrame:
    firsts = lines.filter(pl.col("order_line") == 1).select("row", "time")
    asked = firsts.select(pl.all().gather(block.chance(np.arange(firsts.height), SURVEYED)))
    rating = block.rng.binomial(10, block.columns["satisfaction"][asked["row"].to_numpy()]).astype(np.float64)
    return asked.with_columns(
        pl.col("time") + pl.Series(block.rng.integers(DAY, 3 * DAY, asked.height)),
        pl.Series("rating", rating),
        pl.lit("survey").alias("kind"),
        pl.lit("nps").alias("scale"),
        pl.lit("email").alias("channel"),
    )


def _browsing(block: Block) -> list[pl.DataFrame]:
    viewer, viewed = block.poisson(VIEWS * block.columns["rate"])
    category = _categories(block, viewer)
    item = category * ITEMS + block.rng.integers(0, ITEMS, len(viewer))
    views = pl.DataFrame({"row": viewer, "time": viewed, "item_id": _ITEM_NAMES.gather(item)}).with_columns(
        _CATEGORY_NAMES.gather(category).alias("category"), pl.lit("view").alias("kind"), pl.lit("web").alias("channel")
    )
    visitor, visited = block.poisson(VISITS * block.columns["rate"])
    visits = pl.DataFrame({"row": visitor, "time": visited})
    return [views, visits.with_columns(pl.lit("visit").alias("kind"), pl.lit("web").alias("channel"))]


def _subscriptions(block: Block, subscriber: pl.Series) -> pl.DataFrame:
    """A start at joining, a renewal every 30 days while active, an end at the lapse; the price rises half-way."""
    rows = subscriber.arg_true().to_numpy().astype(np.int64)
    months = ((np.minimum(block.lapsed, END) - block.joined) // (30 * DAY))[rows]
    row = np.repeat(rows, 1 + months)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(1 + months) - (1 + months), 1 + months)
    time = block.joined[row] + nth * 30 * DAY
    started = pl.DataFrame({"row": row, "time": time, "nth": nth, "renews_at": time + 30 * DAY}).select(
        "row",
        "time",
        "renews_at",
        kind=pl.when(pl.col("nth") == 0).then(pl.lit("subscription_start")).otherwise(pl.lit("subscription_renewal")),
        value=pl.when(pl.col("time") < (START + END) // 2).then(999).otherwise(1199).cast(pl.Int64),
    )
    ended = pl.DataFrame({"row": rows, "time": block.lapsed[rows]}).with_columns(kind=pl.lit("subscription_end"))
    both = pl.concat([started, ended], how="diagonal")
    return both.with_columns(subscribed=pl.lit(value=True), channel=pl.lit("web"))


def _canonical(told: pl.DataFrame, names: pl.Series) -> pl.DataFrame:
    """In the order ``(customer, time, event)``: event ids count each customer's events in that order."""
    wanted = schema("events")
    placed = told.sort("row", "time", "kind", "order", "order_line", maintain_order=True)
    first = placed["row"].search_sorted(placed["row"], side="left")
    customer = names.gather(placed["row"])
    number = (pl.int_range(pl.len()) - pl.Series(first)).cast(pl.String).str.zfill(6)
    named = placed.with_columns(
        customer.alias("id"),
        customer.alias("customer_id"),
        id_type=pl.lit("user_id"),
        source=pl.lit("synthetic"),
        currency=pl.when(pl.col("value").is_not_null()).then(pl.lit("USD")),
        event_id=pl.concat_str(pl.Series(customer), pl.lit("-"), number),
        order_id=pl.concat_str(pl.Series(customer), pl.lit("-o"), pl.col("order").cast(pl.String)),
        subscription_id=pl.concat_str(pl.lit("s-"), pl.when(pl.col("subscribed")).then(pl.Series(customer))),
    )
    missing = [pl.lit(None, dtype=dtype).alias(c) for c, dtype in wanted.items() if c not in named.columns]
    return named.with_columns(missing).select(wanted.names()).cast(wanted)


_ITEM_NAMES = pl.Series([f"{c.lower()}-{i:02}" for c in CATEGORIES for i in range(ITEMS)])
_CATEGORY_NAMES = pl.Series(CATEGORIES)
