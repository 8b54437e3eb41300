"""The benchmark of increments does its work at a tiny size: how long it takes is not asked."""

from __future__ import annotations

from pathlib import Path

from benchmarks.increments import STEPS, measure


def test_a_day_more_gives_the_same_lake_and_rewrites_a_month_of_it(tmp_path: Path) -> None:
    figures = measure(tmp_path, 3_000)
    assert {f"{build}_{step}_seconds" for build in ("whole", "day") for step in STEPS} <= figures.keys()
    assert 0 < figures["last_day_events"] / figures["events"] <= figures["rewritten_rows_share"] < 0.3
