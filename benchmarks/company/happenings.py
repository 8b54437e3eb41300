"""What the customers of one block of the synthetic world do, from the truth about them."""

from __future__ import annotations

import numpy as np
import polars as pl

from benchmarks.company.block import Block
from benchmarks.company.season import DAYS, END, START
from benchmarks.company.shopping import browsing, orders, refunds
from benchmarks.company.voices import support, surveys
from features.arrays import Ints
from features.identity.people import SCHEMA
from features.units import DAY

REACH, OPENED = 0.5, 0.35  # contacted in each campaign at random; of these, while active, opened
CAMPAIGNS = DAYS // 28
MONTH = 30 * DAY  # from renewal to renewal


def events_of(truth: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """All events of these customers up to the world's end, in the lake's schema and order, and whose each is."""
    block = Block.of(truth, rng)
    contacts, answers, persuaded = _campaigns(block)
    lines = orders(block, persuaded)
    shopping = [lines, refunds(block, lines), *browsing(block, lines), surveys(block, lines), support(block, lines)]
    events = pl.concat([*shopping, contacts, answers, _subscriptions(block, truth["subscriber"])], how="diagonal")
    return _canonical(events.filter(pl.col("time") <= END), truth["customer_id"])


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
    frame = pl.DataFrame({"row": rows, "time": time, "number": campaign + 1})
    return frame.select(
        "row",
        "time",
        kind=pl.lit(kind),
        channel=pl.lit("email"),
        campaign_id=pl.format("campaign-{}", "number"),
        offer_id=pl.format("offer-{}", "number"),
    )


def _subscriptions(block: Block, subscriber: pl.Series) -> pl.DataFrame:
    """A start at joining, a renewal every 30 days while active, an end at the lapse; the price rises half-way."""
    rows = subscriber.arg_true().to_numpy().astype(np.int64)
    months = ((np.minimum(block.lapsed, END) - block.joined) // (MONTH))[rows]
    row = np.repeat(rows, 1 + months)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(1 + months) - (1 + months), 1 + months)
    time = block.joined[row] + nth * MONTH
    starts = pl.DataFrame({"row": row, "time": time, "nth": nth, "renews_at": time + MONTH}).select(
        "row",
        "time",
        "renews_at",
        kind=pl.when(pl.col("nth") == 0).then(pl.lit("subscription_start")).otherwise(pl.lit("subscription_renewal")),
        value=pl.when(pl.col("time") < (START + END) // 2).then(999).otherwise(1199).cast(pl.Int64),
    )
    ends = pl.DataFrame({"row": rows, "time": block.lapsed[rows]}).with_columns(kind=pl.lit("subscription_end"))
    both = pl.concat([starts, ends], how="diagonal")
    return both.with_columns(subscribed=pl.lit(value=True), channel=pl.lit("web"))


def _canonical(events: pl.DataFrame, names: pl.Series) -> pl.DataFrame:
    """In the order ``(customer, time, event)``: event ids count each customer's events in that order."""
    in_order = events.sort("row", "time", "kind", "order", "order_line", maintain_order=True)
    first = in_order["row"].search_sorted(in_order["row"], side="left")
    customer = names.gather(in_order["row"])
    number = (pl.int_range(pl.len()) - pl.Series(first)).cast(pl.String).str.zfill(6)
    complete = in_order.with_columns(
        customer.alias("id"),
        customer.alias("customer_id"),
        customer.alias("fragment"),
        id_type=pl.lit("user_id"),
        source=pl.lit("synthetic"),
        currency=pl.when(pl.col("value").is_not_null()).then(pl.lit("USD")),
        event_id=pl.concat_str(pl.Series(customer), pl.lit("-"), number),
        order_id=pl.concat_str(pl.Series(customer), pl.lit("-o"), pl.col("order").cast(pl.String)),
        subscription_id=pl.concat_str(pl.lit("s-"), pl.when(pl.col("subscribed")).then(pl.Series(customer))),
    )
    absent = [pl.lit(None, dtype=dtype).alias(c) for c, dtype in SCHEMA.items() if c not in complete.columns]
    return complete.with_columns(absent).select(SCHEMA.names()).cast(SCHEMA)
