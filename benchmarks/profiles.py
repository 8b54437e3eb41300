"""The speed and memory of profiles: beside the fastest query one would write by hand, and beside pandas.

A world of synthetic customers is written as a lake, the default feature set fitted on it, and everyone's profile
computed, each time in a process of its own. The floor (`benchmarks/floor.py`) and pandas (`benchmarks/pandas_peer.py`)
compute the same columns from the same files; all three must agree. They take turns, each as often, and of each the
fastest run counts. ``floor_ratio`` is how many times as long as the floor the product takes, ``pandas_ratio`` how many
times as long as the product pandas takes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from rich.console import Console
from rich.table import Table

Figures = dict[str, float]
Run = Callable[[str, Path, Path, Path, int], Figures]
TARGETS = {
    "growth_10x": "≤ 11", "origins_8_ratio": "≤ 5", "record_read_us": "≤ 500", "record_update_us": "≤ 50",
    "large_peak_rss_gb": "≤ 6.44",
}  # fmt: skip
ROUNDS = 2_000
VERSIONS = ("product", "by_hand", "pandas")
OURS = "product.parquet"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table, then the figures as one line of JSON."""
    options = _options().parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        home = options.home or Path(temporary)
        home.mkdir(parents=True, exist_ok=True)
        sizes = {"events": options.events, "small": options.small, "big": options.big, "large": 100_000_000}
        figures = measure(home, sizes, repeats=options.repeats, large=options.large, run=in_a_process)
    Console(width=110, highlight=False).print(_table(figures))
    print(json.dumps({key: round(value, 4) for key, value in figures.items()}))


def measure(home: Path, sizes: dict[str, int], *, repeats: int, large: bool, run: Run) -> Figures:
    """All figures, from tasks run one after the other."""
    lake, count = _lake(home, sizes["events"], run)
    best, by_hand, pandas = _compare(home, lake, repeats, run)
    figures = {
        "events": count,
        "rows": best["rows"],
        "features": best["features"],
        "seconds": best["seconds"],
        "events_per_second": count / best["seconds"],
        "floor_ratio": best["seconds"] / by_hand["seconds"],
        "pandas_ratio": pandas["seconds"] / best["seconds"],
        "pandas_memory_ratio": pandas["peak_gb"] / best["peak_gb"],
        "peak_rss_gb": best["peak_gb"],
        "floor_seconds": by_hand["seconds"],
        "pandas_seconds": pandas["seconds"],
        "floor_peak_rss_gb": by_hand["peak_gb"],
        **_growth(home, sizes, repeats, run),
        "origins_8_ratio": run("product", home, lake, home / OURS, 8)["seconds"] / best["seconds"],
        **run("record", home, lake, home / OURS, ROUNDS),
    }
    return {**figures, **(_large(home, sizes["large"], run) if large else {})}


def in_a_process(task: str, home: Path, lake: Path, out: Path, number: int) -> Figures:
    """A task in a process of its own, so that its peak of memory is its own too."""
    command = [sys.executable, "-m", "benchmarks.tasks", task, str(home), str(lake), str(out), str(number)]
    with Console(stderr=True).status(f"{task}: {lake.name}"):
        process = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
    return cast(Figures, json.loads(process.stdout.splitlines()[-1]))


def _lake(home: Path, n: int, run: Run) -> tuple[Path, float]:
    lake = home / f"lake-{n}"
    return lake, run("write", home, lake, home, n)["events"]


def _compare(home: Path, lake: Path, repeats: int, run: Run) -> list[Figures]:
    """The fastest run of each version, once their results are found equal."""
    runs: dict[str, list[Figures]] = {version: [] for version in VERSIONS}
    for _ in range(repeats):
        for version, results in runs.items():
            results.append(run(version, home, lake, home / f"{version}.parquet", 1))
    for version in VERSIONS[1:]:
        run("equal", home, home / OURS, home / f"{version}.parquet", 0)
    return [min(results, key=_seconds) for results in runs.values()]


def _growth(home: Path, sizes: dict[str, int], repeats: int, run: Run) -> Figures:
    """How many times as long the bigger world takes, for each ten times as many events; and DuckDB the smaller one."""
    (small, few), (big, many) = _lake(home, sizes["small"], run), _lake(home, sizes["big"], run)
    out = home / OURS
    once = min(_seconds(run("product", home, small, out, 1)) for _ in range(repeats))
    grown = min(_seconds(run("product", home, big, out, 1)) for _ in range(repeats))
    other = run("on_duckdb", home, small, out, 1)
    return {"growth_10x": grown / once * 10 / (many / few), "duckdb_ratio": _seconds(other) / once}


def _large(home: Path, n: int, run: Run) -> Figures:
    lake, count = _lake(home, n, run)
    figures = run("streamed", home, lake, home / OURS, 1)
    return {"large_events": count, "large_seconds": figures["seconds"], "large_peak_rss_gb": figures["peak_gb"]}


def _seconds(figures: Figures) -> float:
    return figures["seconds"]


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--events", type=int, default=5_000_000, help="events that the three versions are compared on")
    options.add_argument("--small", type=int, default=1_000_000, help="events of the world that growth starts from")
    options.add_argument("--big", type=int, default=10_000_000, help="events of the world that growth ends at")
    options.add_argument("--large", action="store_true", help="also 100 million events: minutes, and 4 GB of disk")
    options.add_argument("--repeats", type=int, default=3, help="how often each is timed; the fastest counts")
    options.add_argument("--home", type=Path, help="where the lakes are kept for the next run (default: nowhere)")
    return options


def _table(figures: Figures) -> Table:
    table = Table("figure", "measured", "target", box=None)
    for key, value in figures.items():
        table.add_row(key, f"{value:,.0f}" if value >= 1000 else f"{value:,.2f}", TARGETS.get(key, ""))
    return table


if __name__ == "__main__":
    main()
