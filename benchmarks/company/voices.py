"""What customers of the synthetic world say: answers to surveys, and requests for support."""

from __future__ import annotations

import numpy as np
import polars as pl

from benchmarks.company.block import Block
from features.arrays import Floats
from features.events.tables import RATING_SCALES
from features.units import DAY

SURVEY_SHARE, SUPPORT_SHARE = 0.06, 0.15  # of orders; of orders, times what is missing in satisfaction
SCALES = ("nps", "csat", "stars")


def surveys(block: Block, lines: pl.DataFrame) -> pl.DataFrame:
    """After some orders one of the scales is asked: its lowest rating and a binomial share of the rest."""
    answers = _after(block, lines, np.full(block.size, SURVEY_SHARE))
    scale = block.rng.integers(0, len(SCALES), answers.height)
    low, high = np.array([RATING_SCALES[name] for name in SCALES])[scale].T
    rating = low + block.rng.binomial(high - low, block.columns["satisfaction"][answers["row"].to_numpy()])
    return answers.with_columns(
        kind=pl.lit("survey"),
        channel=pl.lit("email"),
        scale=pl.Series(SCALES).gather(scale),
        rating=pl.Series(rating.astype(np.float64)),
    )


def support(block: Block, lines: pl.DataFrame) -> pl.DataFrame:
    """After some orders the less satisfied ask for support."""
    dissatisfaction = 1 - block.columns["satisfaction"]
    requests = _after(block, lines, SUPPORT_SHARE * dissatisfaction)
    return requests.with_columns(kind=pl.lit("support"), channel=pl.lit("phone"))


def _after(block: Block, lines: pl.DataFrame, probability: Floats) -> pl.DataFrame:
    """One to three days after orders of customers with these probabilities."""
    firsts = lines.filter(pl.col("order_line") == 1).select("row", "time")
    rows = firsts["row"].to_numpy()
    lucky = block.chance(rows, probability[rows])
    after = pl.Series(block.rng.integers(DAY, 3 * DAY, len(lucky)))
    return firsts.select(pl.all().gather(lucky)).with_columns(pl.col("time") + after)
