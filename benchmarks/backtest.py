"""How well the level of a coming horizon is told, at every origin of the past: forecast, last block, and no correction.

For each origin the forecast is what training would have said then, by what was known then; the last block says "as in
the last horizon", no correction "as in all labels known so far", which is what a model without a level says. Errors are
absolute, of the logarithm of told over come. Beside their mean stands their spread over the origins.

`--data` is a folder that may have `cdnow/transactions_master.parquet`; without it only The Complete Journey is walked.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.quality import sets
from features import build
from features.config.settings import Settings
from features.lake import Lake
from features.moments import micros
from training.level.forecast import forecast, last_block
from training.level.history import History, unlinked
from training.targets import ScoreKind
from training.targets.declared import selected_targets
from training.walk.dataset import scale_of
from training.walk.rows import history_start, level_history

TARGETS = {"completejourney": ("lapse", "spend_28d", "spend"), "cdnow": ("spend_90d",)}
WAYS = ("forecast", "last_block", "no_correction")


def errors(history: History, score_kind: ScoreKind) -> dict[str, list[float]]:
    """The error of each way at each origin before which a horizon was over."""
    found: dict[str, list[float]] = {way: [] for way in WAYS}
    for at, came in zip(history.whole.moments.tolist(), history.whole.values.tolist(), strict=True):
        known = history.known_by(at)
        told, last = forecast(known, at), last_block(known, at)
        if told is None or last is None:
            continue
        levels = [unlinked(value, score_kind) for value in (told.value, last, float(known.whole.values.mean()))]
        for way, level in zip(WAYS, levels, strict=True):
            found[way].append(abs(float(np.log(level / unlinked(came, score_kind)))))
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Walk through all origins, print the table, then the figures as one line of JSON."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, help="a folder that may have cdnow")
    data = options.parse_args(arguments).data
    table = Table("data", "target", "origins", *(f"{way.replace('_', ' ')} (± spread)" for way in WAYS), box=None)
    figures: dict[str, float] = {}
    for name, target, found in _walks(data):
        cells = [f"{np.mean(found[way]):.4f} ± {np.std(found[way]):.4f}" for way in WAYS]
        table.add_row(name, target, str(len(found["forecast"])), *cells)
        figures |= {f"{name}.{target}.{way}": round(float(np.mean(found[way])), 4) for way in WAYS}
    for way in WAYS:
        figures[f"all.{way}"] = round(float(np.mean([v for k, v in figures.items() if k.endswith(f".{way}")])), 4)
    Console(width=124, highlight=False).print(table)
    print(json.dumps(figures))


def _walks(data: Path | None) -> Iterator[tuple[str, str, dict[str, list[float]]]]:
    """Each data set's targets with their errors."""
    with tempfile.TemporaryDirectory() as scratch:
        made = {"completejourney": (sets.complete_journey(sets.EXAMPLE, Path(scratch) / "cj"), micros(sets.END))}
        if data is not None and (data / "cdnow").is_dir():
            made["cdnow"] = (sets.cdnow(data, Path(scratch) / "cdnow"), micros(sets.CDNOW_END))
        for name, (settings, end) in made.items():
            build(settings, as_of=settings.now())
            for target, found in _errors_of(settings, TARGETS[name], end):
                yield name, target, found


def _errors_of(settings: Settings, names: Sequence[str], end: int) -> Iterator[tuple[str, dict[str, list[float]]]]:
    lake = Lake(settings.lake)
    first = history_start(lake, as_of=end)
    for target in selected_targets(settings, names):
        scale = scale_of(target, settings.minor_units)
        history = level_history(lake, target, first=first, as_of=end, scale=scale)
        assert history is not None
        yield target.name, errors(history, target.score_kind)


if __name__ == "__main__":
    main()
