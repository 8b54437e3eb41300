"""Synthetic customers with known truth, of any number: what tests and benchmarks hold the product against.

Each customer orders at a gamma-distributed rate until an exponential lapse (Pareto/NBD: Schmittlein, Morrison and
Colombo 1987), modulated by the season; spends lognormally over Dirichlet affinities; half of all customers, drawn at
random, are contacted in each campaign, and answer with a probability of their own, of which a known part is uplift.
They browse, fill carts, shop online or near their home, bring things back, subscribe, answer surveys and ask for help.
Customers are made in blocks from ``[seed, block]``: the same seed gives the same world, and a larger world begins with
the smaller one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.company.block import CATEGORIES, ITEMS
from benchmarks.company.happenings import CAMPAIGNS, events_of, offer_starts
from benchmarks.company.season import DAYS, END, START
from features.events.tables import schema
from features.lake import Lake
from features.units import DAY

BLOCK = 2_000  # customers made together
BLOCKS_A_FILE = 8
EVENTS_A_CUSTOMER = 69.0  # on average over many; divides a number of events into customers
POPULARITY = 0.25 * len(CATEGORIES) / np.arange(1, len(CATEGORIES) + 1)  # the Dirichlet's parameters
MOVING = 1 / 7_300  # a day: once in twenty years
AGES = ("18-29", "30-44", "45-59", "60+")
REGIONS = ("East", "North", "South", "West")


def customers(n: int, *, seed: int) -> pl.DataFrame:
    """The truth about the first ``n`` customers of a world.

    ``joined`` and ``lapsed`` are µs (a lapse after the world's end is never seen), ``rate`` orders and ``lapse_rate``
    lapses per day, ``spend_log_mean`` the mean log of a line's value in minor units, ``affinity`` the share of lines by
    category, ``redeem`` the probability that a contact is answered while the customer is active and ``uplift`` that it
    brings an order which would not have been, ``satisfaction`` where on a survey's scale the expected rating lies, from
    0 to 1, ``online`` the share of orders not in a store; stores are near the home (``latitude``, ``longitude``), from
    ``moved`` (µs) on near the new one.

    >>> truth = customers(3, seed=1)
    >>> truth["customer_id"].to_list(), truth.equals(customers(5, seed=1).head(3))
    (['c00000000', 'c00000001', 'c00000002'], True)
    """
    return pl.concat([_truth(block, seed) for block in range(-(-n // BLOCK))]).head(n)


def events(n_events: int, *, seed: int) -> pl.DataFrame:
    """About ``n_events`` events of as many customers as make them, in the lake's order, and whose each is."""
    return pl.concat(happenings(customers_for(n_events), seed=seed))


def customers_for(n_events: int) -> int:
    """How many customers are expected to make so many events."""
    return max(1, round(n_events / EVENTS_A_CUSTOMER))


def happenings(n: int, *, seed: int) -> Iterator[pl.DataFrame]:
    """All events of the first ``n`` customers, block by block, in the lake's order, and whose each is."""
    for block in range(-(-n // BLOCK)):
        frame = events_of(_truth(block, seed), np.random.default_rng([seed, block, 1]))
        rest = n - block * BLOCK
        yield frame if rest >= BLOCK else frame.filter(pl.col("customer_id") < _id(n))


def write(path: Path, n_events: int, *, seed: int) -> Lake:
    """A lake of about ``n_events`` events with its items, customers and offers; memory stays that of one file."""
    lake, n = Lake(path), customers_for(n_events)
    with lake.writing() as draft:
        _write(draft.part("items"), items())
        _write(draft.part("offers"), offers())
        _write(draft.part("customers"), _attributes(n, seed))
        blocks: list[pl.DataFrame] = []
        for i, block in enumerate(happenings(n, seed=seed), 1):
            blocks.append(block)
            if i % BLOCKS_A_FILE == 0 or i * BLOCK >= n:
                _write(draft.part("events", str((i - 1) // BLOCKS_A_FILE)), pl.concat(blocks).drop("customer_id"))
                blocks.clear()
    return lake


def identities(truth: pl.DataFrame, *, seed: int) -> pl.DataFrame:
    """The ids each customer is met under: ``customer_id``, ``id_type``, ``id``, ``shared``.

    Everyone has a ``user_id``, about seven in ten an ``email``, and everyone one device or more (``anonymous_id``, two
    on average); every hundredth device is shared with the customer before.
    """
    rng, n = np.random.default_rng([seed, 2]), truth.height
    names = truth["customer_id"]
    user = pl.DataFrame({"customer_id": names, "id_type": "user_id", "id": names})
    mailing = names.filter(pl.Series(rng.random(n) < 0.7))
    email = pl.DataFrame({"customer_id": mailing, "id_type": "email", "id": mailing + "@example.com"})
    owner = np.repeat(np.arange(n), 1 + rng.poisson(1.0, n))
    device = pl.DataFrame({"customer_id": names.gather(owner), "id_type": "anonymous_id"}).with_columns(
        id=pl.format("d{}", pl.int_range(pl.len()))
    )
    lent = np.flatnonzero((rng.random(len(owner)) < 0.01) & (owner > 0))
    shared = device.select(pl.all().gather(lent)).with_columns(customer_id=names.gather(owner[lent] - 1))
    ids = pl.concat([user, email, device, shared])
    return ids.with_columns(shared=pl.struct("id_type", "id").is_duplicated()).sort("customer_id", "id_type", "id")


def disguise(events: pl.DataFrame, ids: pl.DataFrame, *, seed: int) -> pl.DataFrame:
    """The events as a shop receives them: orders under the user's id, all else under any id of theirs.

    ``customer_id`` is null unless the id is a user's; the truth stays in ``ids``.
    """
    rng = np.random.default_rng([seed, 3])
    ids_of_customer = ids.group_by("customer_id", maintain_order=True).agg(types=pl.col("id_type"), names=pl.col("id"))
    draw = pl.Series("draw", rng.random(events.height))
    place = (pl.col("draw") * pl.col("names").list.len()).cast(pl.Int64)
    is_purchase = pl.col("kind").is_in(["order", "refund"])
    id_type = pl.when(is_purchase).then(pl.lit("user_id")).otherwise(pl.col("types").list.get(place))
    name = pl.when(is_purchase).then("customer_id").otherwise(pl.col("names").list.get(place))
    rows = events.with_columns(draw).join(ids_of_customer, on="customer_id", how="left", maintain_order="left")
    rows = rows.with_columns(id_type=id_type, id=name)
    user = pl.when(pl.col("id_type") == "user_id").then("id")
    fragment = pl.coalesce(user, pl.format("{}:{}", "id_type", "id"))
    return rows.with_columns(customer_id=user, fragment=fragment).select(events.columns)


def items() -> pl.DataFrame:
    """Every item that can be bought, with its category."""
    names = [f"{c.lower()}-{i:02}" for c in CATEGORIES for i in range(ITEMS)]
    categories = [c for c in CATEGORIES for _ in range(ITEMS)]
    columns = {"item_id": names, "name": names, "category": categories}
    return pl.DataFrame(columns).match_to_schema(schema("items"), missing_columns="insert").sort("item_id")


def offers() -> pl.DataFrame:
    """Every campaign's offer, valid for a week."""
    starts = offer_starts()
    numbers = pl.DataFrame({"starts": starts, "ends": starts + 7 * DAY}).with_row_index("number", 1)
    frame = numbers.select(
        "starts",
        "ends",
        offer_id=pl.format("offer-{}", "number"),
        name=pl.format("Offer {}", "number"),
        campaign_id=pl.format("campaign-{}", "number"),
        type=pl.lit("offer"),
    )
    columns = schema("offers")
    return frame.match_to_schema(columns, missing_columns="insert").select(columns.names()).sort("offer_id")


def _attributes(n: int, seed: int) -> pl.DataFrame:
    blocks = (_truth(block, seed).select("customer_id", "age", "region") for block in range(-(-n // BLOCK)))
    return pl.concat(blocks).head(n)


def _truth(block: int, seed: int) -> pl.DataFrame:
    rng = np.random.default_rng([seed, block, 0])
    joined = START + (rng.random(BLOCK) * 0.9 * DAYS * DAY).astype(np.int64)
    lapse_rate = rng.gamma(2.0, 1 / 600, BLOCK)
    redeem = rng.beta(2.0, 10.0, BLOCK)
    return pl.DataFrame(
        {
            "customer_id": pl.Series([_id(block * BLOCK + i) for i in range(BLOCK)]),
            "joined": joined,
            "lapse_rate": lapse_rate,
            "lapsed": joined + (np.minimum(rng.exponential(1.0, BLOCK) / lapse_rate, 36_500) * DAY).astype(np.int64),
            "rate": rng.gamma(1.2, 1 / 22, BLOCK),
            "spend_log_mean": rng.normal(5.8, 0.5, BLOCK),
            "affinity": pl.Series(rng.dirichlet(POPULARITY, BLOCK), dtype=pl.Array(pl.Float64, len(CATEGORIES))),
            "redeem": redeem,
            "uplift": redeem * rng.beta(2.0, 2.0, BLOCK),
            "satisfaction": rng.beta(6.0, 2.0, BLOCK),
            "subscriber": rng.random(BLOCK) < 0.1,
            "age": np.array(AGES)[rng.integers(0, len(AGES), BLOCK)],
            "region": np.array(REGIONS)[rng.integers(0, len(REGIONS), BLOCK)],
            "online": rng.beta(2.0, 2.0, BLOCK),
            "latitude": rng.normal(59.3, 0.5, BLOCK),
            "longitude": rng.normal(18.0, 1.0, BLOCK),
            "moved": joined + (np.minimum(rng.exponential(1 / MOVING, BLOCK), 36_500) * DAY).astype(np.int64),
            "new_latitude": rng.normal(59.3, 0.5, BLOCK),
            "new_longitude": rng.normal(18.0, 1.0, BLOCK),
        }
    )


def _id(number: int) -> str:
    return f"c{number:08}"


def _write(path: Path, frame: pl.DataFrame) -> None:
    frame.write_parquet(path, compression="zstd", row_group_size=50_000)


__all__ = [
    "CAMPAIGNS", "CATEGORIES", "END", "START", "customers", "customers_for", "disguise", "events", "happenings",
    "identities", "items", "offers", "write",
]  # fmt: skip
