"""What one more day costs: a build that reads only that day, beside one that reads all days, and both must agree.

A world of synthetic customers is written as one Parquet file a day. All but the last day are built once; then the last
day is added and built, and everything is built anew in another place. Lake and records must be the same.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from time import perf_counter

import polars as pl
from rich.console import Console
from rich.table import Table

from benchmarks.company import synthetic
from features.config.settings import Settings
from features.lake import Lake
from serving.jobs.build import build_all

SEED = 7
Figures = dict[str, float]
STEPS = ("ingest", "profiles", "records")
COLUMNS = {
    "event_id": "event_id", "id": "id", "time": "make_timestamptz(time)", "kind": "kind", "channel": "channel",
    "order_id": "order_id", "item_id": "item_id", "value": "value / 100", "discount": "discount / 100",
    "campaign_id": "campaign_id", "offer_id": "offer_id",
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table, then the figures as one line of JSON."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--events", type=int, default=1_000_000, help="about how many events there are")
    events = options.parse_args(arguments).events
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), synthetic.events(events, seed=SEED))
    Console(width=110, highlight=False).print(_table(figures))
    print(json.dumps({key: round(value, 4) for key, value in figures.items()}))


def measure(folder: Path, events: pl.DataFrame) -> Figures:
    """Build all days but one, then that one, then all of them anew; seconds of the last two, and what was written."""
    one, other, last = _settings(folder, "one"), _settings(folder, "other"), folder / "last.parquet"
    figures = {"events": float(_write_days(folder / "days", last, events))}
    figures["days"] = float(len(list((folder / "days").iterdir())) + 1)
    _build(one)
    before = set(Lake(one.lake).files("events"))
    last.replace(folder / "days" / "9999.parquet")
    day = _build(one)
    new = [file for file in Lake(one.lake).files("events") if file not in before]
    other.home.mkdir()
    shutil.copy(one.feature_set, other.feature_set)
    whole = _build(other)
    assert Lake(one.lake).version == Lake(other.lake).version, "the lakes differ"
    rows = {file: pl.scan_parquet(file).select(pl.len()).collect().item() for file in new}
    return {
        **figures,
        "last_day_events": float(pl.scan_parquet(folder / "days" / "9999.parquet").select(pl.len()).collect().item()),
        **{f"whole_{step}_seconds": seconds for step, seconds in whole.items()},
        **{f"day_{step}_seconds": seconds for step, seconds in day.items()},
        "ingest_ratio": day["ingest"] / whole["ingest"],
        "ingest_and_records_ratio": _without_profiles(day) / _without_profiles(whole),
        "ratio": sum(day.values()) / sum(whole.values()),
        "rewritten_rows_share": sum(rows.values()) / figures["events"],
        "rewritten_mb": sum(file.stat().st_size for file in new) / 1e6,
        "lake_mb": sum(file.stat().st_size for file in Lake(one.lake).files("events")) / 1e6,
    }


def _settings(folder: Path, home: str) -> Settings:
    shop = {"from": str(folder / "days"), "columns": COLUMNS}
    return Settings.model_validate({"name": "Shop", "home": str(folder / home), "sources": {"shop": shop}})


def _write_days(folder: Path, last: Path, events: pl.DataFrame) -> int:
    folder.mkdir()
    days = events.sort("time").with_columns(day=pl.from_epoch("time", time_unit="us").dt.date())
    parts = days.partition_by("day", as_dict=True, maintain_order=True, include_key=False)
    *earlier, final = parts.items()
    for (day,), part in earlier:
        part.write_parquet(folder / f"{day}.parquet")
    final[1].write_parquet(last)
    return events.height


def _build(settings: Settings) -> dict[str, float]:
    """The seconds of each step of a build."""
    watch = _Watch()
    build_all(settings, as_of=synthetic.END, progress=watch)
    return watch.seconds()


class _Watch:
    """A stopwatch that reads the progress of a build."""

    def __init__(self) -> None:
        self.start = perf_counter()
        self.ends: dict[str, float] = {}

    def __call__(self, what: str, done: int, total: int) -> None:
        if (what, done) == ("lake", total):
            self.ends["ingest"] = perf_counter()
        elif what == "records":
            self.ends.setdefault("profiles", perf_counter())

    def seconds(self) -> dict[str, float]:
        marks = [self.start, *self.ends.values(), perf_counter()]
        return dict(zip(STEPS, [b - a for a, b in pairwise(marks)], strict=True))


def _without_profiles(seconds: dict[str, float]) -> float:
    return seconds["ingest"] + seconds["records"]


def _table(figures: Figures) -> Table:
    table = Table("figure", "measured", box=None)
    for key, value in figures.items():
        table.add_row(key, f"{value:,.0f}" if value >= 1000 else f"{value:,.3f}")
    return table


if __name__ == "__main__":
    main()
