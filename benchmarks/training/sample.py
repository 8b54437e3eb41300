"""What a sample of the rows loses: trees of fewer and more of them, against what came true after a day.

On The Complete Journey lapse and spend in 28 days after its last day; with `--data`, a folder that has `cdnow`, the
spend of CDNOW's customers in the 90 days after 1998-03-31. The last line is JSON: AUC, or of amounts the normalised
Gini, by data set, target and number of rows.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from benchmarks.quality import sets
from features import build
from features.config.settings import Settings
from features.lake import Lake
from features.moments import micros
from features.profiles.fitted.feature_set import FeatureSet
from features.profiles.looks import profiles_of
from training.learners.trees import THREADS, fit_trees
from training.metrics.by_kind import rule_metrics
from training.targets.declared import selected_targets
from training.walk.dataset import dataset, feature_names, training_datasets

SIZES: Final = (10_000, 30_000, 100_000, 200_000, 10_000_000)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print each figure as it is there, then all of them as one line of JSON."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, help="a folder that has cdnow")
    choice, figures = options.parse_args(arguments), dict[str, float]()
    with tempfile.TemporaryDirectory() as home:
        settings = sets.complete_journey(sets.EXAMPLE, Path(home))
        build(settings, as_of=settings.now())
        for name in ("lapse", "spend_28d"):
            for rows, figure in by_size(settings, name, as_of=micros(sets.DAYS[-1])):
                figures |= _told(f"completejourney.{name}", rows, figure)
    if choice.data and (choice.data / "cdnow").is_dir():
        with tempfile.TemporaryDirectory() as home:
            settings = sets.cdnow(choice.data, Path(home))
            build(settings, as_of=settings.now())
            for rows, figure in by_size(settings, "spend_90d", as_of=micros(sets.CDNOW_DAYS[-1])):
                figures |= _told("cdnow.spend_90d", rows, figure)
    print(json.dumps(figures))


def by_size(settings: Settings, name: str, *, as_of: int) -> Iterator[tuple[int, float]]:
    """How many rows trees learnt from, and how well they order the customers by what came after the moment."""
    (target,) = selected_targets(settings, [name])
    lake, feature_set, units = Lake(settings.lake), FeatureSet.load(settings.feature_set), settings.minor_units
    rows = target.outcome_rows(lake, as_of=as_of, until=None)
    profiles, names = profiles_of(lake, feature_set, rows), feature_names(feature_set, target)
    came = dataset(lake, target, names, rows, profiles, minor_units=units)
    for most in SIZES:
        table = training_datasets(lake, feature_set, [target], as_of=as_of, minor_units=units, most=most)[name]
        past = table.aligned_to(as_of)
        trees = fit_trees(past.x, past.relative if target.score_kind == "amount" else past.y, target.score_kind)
        figures = rule_metrics(target.score_kind, came.y, trees.raw(came.x, num_threads=THREADS))
        yield len(past), figures["gini" if target.score_kind == "amount" else "auc"]
        if len(past) < most:
            return


def _told(name: str, rows: int, figure: float) -> dict[str, float]:
    print(f"{name}: {figure:.4f} from {rows:,} rows", flush=True)
    return {f"{name}.{rows}": round(figure, 4)}


if __name__ == "__main__":
    main()
