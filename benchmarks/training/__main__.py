"""What a training and a batch of scores cost: time and memory of a million customers, and of the example.

A company of `--size` customers, of some twenty events each, is built, trained (lapse and spend, the full race) and
scored, each in a process of its own. The three models of the example are trained quickly and by the full race.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import yaml

from benchmarks.quality import sets
from benchmarks.training.stages import Figures, stage
from benchmarks.training.world import write


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print each stage, then the figures as one line of JSON."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--size", type=int, default=1_000_000, help="customers of the large company; 0 for none")
    options.add_argument("--home", type=Path, help="an empty folder to keep it in (default: nowhere)")
    options.add_argument("--no-example", dest="example", action="store_false", help="leave the example out")
    choice, figures = options.parse_args(arguments), Figures()
    with tempfile.TemporaryDirectory() as temporary:
        if choice.size:
            figures |= _company(choice.home or Path(temporary, "company"), choice.size)
        if choice.example:
            figures |= _example(Path(temporary, "example"))
    print(json.dumps({key: round(value, 3) for key, value in figures.items()}))


def _company(folder: Path, size: int) -> Figures:
    figures = {"million_events": float(write(folder, size))}
    for name in ("build", "train", "score"):
        found = stage(name, folder)
        print(f"{name}: {found}", flush=True)
        figures |= {f"million_{name}_{cost}": found[cost] for cost in ("seconds", "cpu_seconds", "gb")}
    return figures


def _example(folder: Path) -> Figures:
    """Its models from built profiles, in two homes, so that neither finds the other's."""
    figures = Figures()
    document = yaml.safe_load(sets.EXAMPLE.read_text(encoding="utf-8"))
    for name in ("quick", "train"):
        home = folder / name
        home.mkdir(parents=True)
        own = {**document, "home": str(home / "home"), "store": None, "registry": None}
        (home / "stamkund.yaml").write_text(yaml.safe_dump(own, sort_keys=False))
        stage("build", home)
        found = stage(name, home)
        print(f"example, {name}: {found}", flush=True)
        learners = "quick" if name == "quick" else "race"
        figures |= {f"example_{learners}_{cost}": found[cost] for cost in ("seconds", "cpu_seconds")}
    return figures


if __name__ == "__main__":
    main()
