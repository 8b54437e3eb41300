"""The customers who are decided for: as many events of each as asked, most of them before the build."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import orjson
import polars as pl

from benchmarks.serving.questions import Request
from benchmarks.serving.worlds import NOW
from features.config.settings import read_settings
from features.lake import Lake
from features.moments import iso
from features.units import MINUTE

PEOPLE: Final = 100  # who are decided for
EVENTS, LIVE = 300, 10  # of each of them, and how many of these came after the build


def people(config: Path) -> list[str]:
    """The customers who are decided for."""
    counts = Lake(read_settings(config).lake).scan("events").group_by("fragment").len()
    return (
        counts.filter(pl.col("len") == EVENTS - LIVE).select(pl.col("fragment").sort()).collect().to_series().to_list()
    )


def news(customers: Iterable[str]) -> Iterator[Request]:
    """What customers do after the build; with the first of it they allow decisions."""
    for customer in customers:
        yield Request("/v1/batch", orjson.dumps({"batch": [*_views(customer)]}))


def _views(customer: str) -> Iterator[dict[str, object]]:
    consent = {"consent": {"categoryPreferences": {"Ads": True}}}
    for number in range(LIVE):
        yield {
            "type": "track",
            "event": "Product Viewed",
            "messageId": f"{customer}-{number}",
            "userId": customer,
            "timestamp": iso(NOW + number * MINUTE),
            "properties": {"product_id": f"item-{number}"},
            **({"context": consent} if number == 0 else {}),
        }


def longer(told: pl.DataFrame) -> pl.DataFrame:
    """The events, and of some customers whom a campaign has reached more of their views."""
    reached = told.filter(pl.col("kind") == "contact")["customer_id"].unique()
    views = told.filter((pl.col("kind") == "view") & pl.col("customer_id").is_in(reached.implode()))
    some = views["customer_id"].unique().sort().head(PEOPLE)
    counts = dict(told.group_by("customer_id").len().iter_rows())
    more = [_repeated(views.filter(pl.col("customer_id") == each), EVENTS - LIVE - counts[each]) for each in some]
    return pl.concat([told, *more])


def _repeated(views: pl.DataFrame, count: int) -> pl.DataFrame:
    """So many further views like these, each a few minutes before one of them."""
    rows = pl.Series([number % len(views) for number in range(max(0, count))], dtype=pl.Int64)
    ids = [f"more-{number}" for number in range(len(rows))]
    more = views[rows].with_columns(pl.Series("event_id", ids, dtype=pl.String))
    return more.with_columns(time=pl.col("time") - pl.int_range(1, pl.len() + 1) * MINUTE)
