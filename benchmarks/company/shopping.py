"""What customers of the synthetic world look at, put into a cart, buy and bring back."""

from __future__ import annotations

import numpy as np
import polars as pl

from benchmarks.company.block import Block
from benchmarks.company.season import START
from features.arrays import Floats, Ints
from features.units import DAY, HOUR, MINUTE

LINES = 3.0  # of an order, on average: one and Poisson(LINES − 1)
SPREAD = 0.6  # standard deviation of the log of a line's value
VIEWS, VISITS, ABANDONED = 0.6, 0.3, 0.1  # per order rate
CARTED, REFUNDED = 0.5, 0.02  # of orders online, by a cart before; of lines
NEAR = 0.02  # degrees, standard deviation around the home of where customers shop in a store


def orders(block: Block, persuaded: tuple[Ints, Ints]) -> pl.DataFrame:
    """Order lines: the first order at joining, the process of the rate, and those that a contact brought."""
    own, times = block.poisson(block.columns["rate"])
    rows = np.concatenate([np.arange(block.size), own, persuaded[0]])
    time = np.concatenate([block.joined, times, persuaded[1]])
    online = block.rng.random(len(rows)) < block.columns["online"][rows]
    channel = np.where(online, np.where(block.rng.random(len(rows)) < 0.3, 2, 1), 0)
    latitude, longitude = _near_home(block, rows, time)
    order = np.repeat(np.arange(len(rows)), 1 + block.rng.poisson(LINES - 1, len(rows)))
    row = rows[order]
    value = np.exp(block.rng.normal(block.columns["spend_log_mean"][row], SPREAD)).round().astype(np.int64)
    lines = pl.DataFrame(
        {
            "row": row,
            "time": time[order],
            "order": order,
            "order_line": np.arange(len(order)) - np.searchsorted(order, order) + 1,
            "value": value,
            "discount": np.where(block.rng.random(len(row)) < 0.2, value // 10, 0),
            "cost": value * 6 // 10,
            **block.items(row),
            "channel": _CHANNELS.gather(channel[order]),
            "latitude": latitude[order],
            "longitude": longitude[order],
        }
    )
    placed = [pl.when(pl.col("channel") == "store").then(c).alias(c) for c in ("latitude", "longitude")]
    return lines.with_columns(pl.lit("order").alias("kind"), pl.lit(1.0).alias("quantity"), *placed)


def _near_home(block: Block, rows: Ints, time: Ints) -> tuple[Floats, Floats]:
    moved = time > block.moved[rows]
    north, east = (
        np.where(moved, block.columns[f"new_{c}"][rows], block.columns[c][rows]) + block.rng.normal(0, NEAR, len(rows))
        for c in ("latitude", "longitude")
    )
    return north, east


def refunds(block: Block, lines: pl.DataFrame) -> pl.DataFrame:
    """Lines that come back within two weeks."""
    back = lines.select("row", "time", "order", "value", "item_id", "category", "channel").select(
        pl.all().gather(block.chance(np.arange(lines.height), REFUNDED))
    )
    later = pl.Series(block.rng.integers(DAY, 14 * DAY, back.height))
    return back.with_columns(pl.col("time") + later, pl.lit("refund").alias("kind"))


def browsing(block: Block, lines: pl.DataFrame) -> list[pl.DataFrame]:
    """Views, visits, and carts: half of the orders online have one in the hour before, others are abandoned."""
    viewer, viewed = block.poisson(VIEWS * block.columns["rate"])
    visitor, visited = block.poisson(VISITS * block.columns["rate"])
    leaver, left = block.poisson(ABANDONED * block.columns["rate"])
    bought = lines.filter(pl.col("order_line") == 1, pl.col("channel") != "store").select("row", "time")
    bought = bought.select(pl.all().gather(block.chance(np.arange(bought.height), CARTED)))
    before = bought["time"].to_numpy() - block.rng.integers(MINUTE, HOUR, bought.height)
    carts = {"row": np.concatenate([leaver, bought["row"]]), "time": np.concatenate([left, np.maximum(before, START)])}
    frames = {
        "view": pl.DataFrame({"row": viewer, "time": viewed, **block.items(viewer)}),
        "visit": pl.DataFrame({"row": visitor, "time": visited}),
        "cart": pl.DataFrame(carts),
    }
    return [frame.with_columns(kind=pl.lit(kind), channel=pl.lit("web")) for kind, frame in frames.items()]


_CHANNELS = pl.Series(["store", "web", "app"])
