"""How long a company waits for its first scores: from a CSV file of raw events and an empty home to everybody's scores.

The events are those of a company that `benchmarks.training` makes. Each stage runs in a process of its own, as on the
command line: build (with the records of the service), train (`--quick` unless `--race`), score.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Final

import polars as pl
import yaml
from rich.console import Console

from benchmarks.training import world
from benchmarks.training.stages import stage
from features.moments import iso

EVENTS: Final = 10_000_000
EVENTS_A_CUSTOMER: Final = 18.7


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print the figures as one line of JSON."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.firstscore", description=__doc__)
    options.add_argument("--events", type=int, default=EVENTS)
    options.add_argument("--race", action="store_true", help="let all learners race, as `stamkund train` does")
    choice = options.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), choice.events, race=choice.race)
    print(json.dumps({name: round(value, 2) for name, value in figures.items()}))


def measure(folder: Path, events: int, *, race: bool = False) -> dict[str, float]:
    """The seconds of all, and of each stage with those of its processors and its peak of memory."""
    count = write(folder, events)
    out, figures = Console(stderr=True, highlight=False), {"events": float(count)}
    start = perf_counter()
    for name in ("build", "train" if race else "quick", "score"):
        taken = stage(name, folder)
        out.print(f"{name}: {taken['seconds']:.1f} s, {taken['cpu_seconds']:.1f} s CPU, {taken['gb']:.2f} GB")
        figures |= {f"{name}_{what}": taken[what] for what in ("seconds", "cpu_seconds", "gb")}
        figures |= {"customers": taken["customers"]} if "customers" in taken else {}
    return {"first_score_seconds": perf_counter() - start, **figures}


def write(folder: Path, events: int) -> int:
    """Write about so many events to one CSV file, and settings that read it; returns how many events there are."""
    count = world.write(folder, max(round(events / EVENTS_A_CUSTOMER), 1))
    pl.scan_parquet(folder / "events" / "*.parquet").sink_csv(folder / "events.csv")
    document = world.settings_of(folder).model_dump(mode="json", exclude_unset=True, by_alias=True)
    document["clock"] = iso(world.END)
    document["sources"]["shop"]["from"] = str(folder / "events.csv")
    (folder / "stamkund.yaml").write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return count


if __name__ == "__main__":
    main()
