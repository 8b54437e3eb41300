"""A lake of events of two years, of ten kinds, with four dimensions of five values, drawn with a fixed seed."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from features.config.settings import Settings
from features.events.tables import schema
from features.lake import Lake
from features.moments import micros

KINDS: Final = tuple(f"kind_{number}" for number in range(10))
DIMENSIONS: Final = ("channel", "category", "campaign_id", "status")
MONTHS: Final = tuple(date(2022 + month // 12, month % 12 + 1, 1) for month in range(25))
AS_OF: Final = micros(MONTHS[-1])


def world(home: Path, events: int, customers: int) -> Settings:
    """The settings of a company with so many events of so many customers in its lake."""
    settings = Settings.model_validate({"name": "World", "home": str(home), "sources": {}})
    draw, lake = np.random.default_rng(11), Lake(settings.lake)
    with lake.writing() as draft:
        for first, last in pairwise(MONTHS):
            month = _month(draw, events // 24, customers, micros(first), micros(last))
            month.write_parquet(draft.part("events", first.isoformat()[:7]), compression="zstd", row_group_size=100_000)
    return settings


def _month(draw: np.random.Generator, rows: int, customers: int, first: int, last: int) -> pl.DataFrame:
    values = [f"value_{number}" for number in range(5)]
    named = {name: pl.Series(values).gather(draw.integers(0, 5, rows)) for name in DIMENSIONS}
    frame = pl.DataFrame({
        "fragment": pl.Series(draw.integers(0, customers, rows)).cast(pl.String).str.zfill(8),
        "time": draw.integers(first, last, rows),
        "kind": pl.Series(KINDS).gather(draw.integers(0, len(KINDS), rows)),
        "value": draw.integers(1, 10_000, rows),
        "quantity": draw.integers(1, 5, rows).astype(np.float64),
        **named,
    }).sort("fragment", "time").with_row_index("event_id")  # fmt: skip
    frame = frame.with_columns(pl.col("event_id").cast(pl.String), id="fragment", id_type=pl.lit("user_id"))
    missing = [pl.lit(None, kind).alias(name) for name, kind in schema("events").items() if name not in frame.columns]
    return frame.with_columns(missing).select(schema("events").names())
