"""The profile benchmark at a tiny size: what it compares is equal; how long it takes is not asked."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import polars as pl
import pytest

from benchmarks import profiles as bench
from benchmarks import tasks
from benchmarks.company import synthetic
from benchmarks.peers.floor import floor
from benchmarks.tasks import AS_OF, TASKS
from features import FeatureSet, Lake
from features.language.feature import Formula
from features.units import DAY

SIZES = {"events": 40_000, "small": 1_000, "big": 8_000, "large": 9_000}
LATE = synthetic.END - 35 * DAY  # by then there are enough customers for personas
PROMISED = {
    "events_per_second", "floor_ratio", "floor_seconds", "pandas_ratio", "pandas_seconds", "pandas_memory_ratio",
    "peak_rss_gb", "features", "growth_10x", "origins_8_ratio", "record_read_us", "record_update_us",
}  # fmt: skip


@pytest.mark.slow
def test_the_profiles_the_hand_written_query_and_pandas_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "ROUNDS", 20)
    monkeypatch.setattr(tasks, "FITTED_AT", LATE)
    figures = bench.measure(tmp_path, SIZES, repeats=1, large=True, run=lambda task, *rest: TASKS[task](*rest))
    assert figures.keys() >= {*PROMISED, "large_events", "large_seconds", "large_peak_rss_gb"}
    assert figures["features"] >= 150
    compared = {feature.formula for feature in FeatureSet.load(tmp_path / "features.json").features}
    assert compared == set(get_args(Formula))
    assert all(figure > 0 for figure in figures.values())


def test_the_floor_takes_files_of_whole_customers_in_order_and_refuses_others(tmp_path: Path) -> None:
    for task, number in (("write", 1_000), ("by_hand", 1)):
        TASKS[task](tmp_path, tmp_path / "lake", tmp_path / "whole", number)
    lake, wanted = Lake(tmp_path / "lake"), FeatureSet.load(tmp_path / "features.json").features
    events, (customers,) = pl.read_parquet(lake.files("events")), lake.files("customers")
    middle = events["fragment"].search_sorted(events["fragment"][500])  # the first event of a customer

    def of(*parts: pl.DataFrame) -> pl.DataFrame:
        files = [tmp_path / f"{i}.parquet" for i in range(len(parts))]
        for file, part in zip(files, parts, strict=True):
            part.write_parquet(file)
        return floor(files, customers, wanted, as_of=AS_OF)

    assert of(events[:middle], events[middle:]).equals(pl.read_parquet(tmp_path / "whole"))
    with pytest.raises(AssertionError, match="in more than one file"):
        of(events[: middle + 1], events[middle + 1 :])
    with pytest.raises(AssertionError, match="not in the order of time"):
        of(events.sort("fragment", "time", descending=[False, True]))
    with pytest.raises(AssertionError, match="not in the order of customers"):
        of(events.sort("fragment", "time", descending=[True, False]))


def test_a_difference_is_found(tmp_path: Path) -> None:
    lake, out, other = (tmp_path / name for name in ("lake", "out", "other"))
    for task, number in (("write", 1_000), ("product", 1)):
        TASKS[task](tmp_path, lake, out, number)
    made = pl.read_parquet(out)
    made.with_columns(orders_all=pl.col("orders_all") + 1).write_parquet(other)
    with pytest.raises(AssertionError, match="orders_all differs, by 1"):
        TASKS["equal"](tmp_path, out, other, 0)


def test_a_task_runs_in_a_process_of_its_own(tmp_path: Path) -> None:
    written = TASKS["write"](tmp_path, tmp_path / "lake", tmp_path / "out", 1_000)
    assert bench.in_a_process("write", tmp_path, tmp_path / "lake", tmp_path / "out", 1_000) == written
