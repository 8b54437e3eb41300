"""The benchmark of increments does its work at a tiny size: how long it takes is not asked."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from benchmarks.company import synthetic
from benchmarks.increments import SEED, STEPS, measure
from features.units import DAY


@pytest.mark.slow
def test_a_day_more_gives_the_same_lake_and_rewrites_a_month_of_it(tmp_path: Path) -> None:
    lately = pl.col("time") > synthetic.END - 130 * DAY  # a file for each day, hundreds in all the years
    figures = measure(tmp_path, synthetic.events(20_000, seed=SEED).filter(lately))
    assert {f"{build}_{step}_seconds" for build in ("whole", "day") for step in STEPS} <= figures.keys()
    assert 0 < figures["last_day_events"] / figures["events"] <= figures["rewritten_rows_share"] < 0.3
