"""A company of any size, made fast: some twenty events a customer in two years, views and orders."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from features.config.settings import Settings
from features.moments import micros

START: Final = datetime(2024, 1, 1)  # noqa: DTZ001
DAYS: Final = 730
END: Final = micros(START + timedelta(days=DAYS))
BLOCK: Final = 100_000  # customers made together
MOST: Final = 80  # events of a customer
CATEGORIES: Final = ("Tea", "Coffee", "Cake", "Cups", "Jam", "Books", "Gifts", "Soap")


def settings_of(folder: Path) -> Settings:
    """A company whose events lie in a folder, and what is to be predicted of its customers."""
    names = ("kind", "category", "order_id", "value")
    columns = {"id": "customer", "time": "at", **{name: name for name in names}}
    document = {
        "name": "A large company", "home": str(folder / "home"),
        "sources": {"shop": {"from": str(folder / "events" / "*.parquet"), "columns": columns}},
        "targets": {"lapse": {"type": "lapse"}, "spend": {"type": "spend"}},
    }  # fmt: skip
    return Settings.model_validate(document)


def write(folder: Path, customers: int, *, seed: int = 7) -> int:
    """Write the events of so many customers; returns how many events there are."""
    (folder / "events").mkdir(parents=True)
    count = 0
    for block, first in enumerate(range(0, customers, BLOCK)):
        events = _events(np.random.default_rng([seed, block]), first, min(BLOCK, customers - first))
        events.write_parquet(folder / "events" / f"{block:03}.parquet")
        count += events.height
    return count


def _events(draw: np.random.Generator, first: int, customers: int) -> pl.DataFrame:
    """Customers who come at a rate of their own until they lapse (Schmittlein, Morrison & Colombo 1987)."""
    joined, rate = draw.uniform(0, 0.8 * DAYS, customers), draw.gamma(1.2, 1 / 14, customers)
    lapse = joined + draw.exponential(1.0, customers) / draw.gamma(2.0, 1 / 500, customers)
    gaps = draw.exponential(1.0, (customers, MOST)) / rate[:, None]
    gaps[:, 0] = 0.0
    day = joined[:, None] + np.cumsum(gaps, axis=1)
    who, _ = places = np.nonzero(day < np.minimum(lapse, DAYS)[:, None])
    order = draw.random(len(who)) < 0.4
    value = np.exp(draw.normal(3.0, 0.6, customers)[who] + draw.normal(0.0, 0.5, len(who)))
    at = (day[places] * 86_400_000_000).astype(np.int64)
    return pl.DataFrame(
        {
            "customer": pl.Series("customer", first + who).cast(pl.String).str.zfill(8),
            "at": pl.Series(at).cast(pl.Duration("us")) + START,
            "kind": np.where(order, "order", "view"),
            "category": np.array(CATEGORIES)[draw.integers(0, len(CATEGORIES), len(who))],
        }
    ).with_columns(
        order_id=pl.when(pl.lit(order)).then(pl.format("{}-{}", "customer", pl.int_range(pl.len()))),
        value=pl.when(pl.lit(order)).then(pl.lit(value).round(2)),
    )
