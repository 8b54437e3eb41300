"""Uplifts on Hillstrom's e-mails, sent to whom chance drew: whom does a mail bring to the shop within two weeks?

Of both mails, each against none, by the product's own path from files to report. `qini` is the coefficient as
scikit-uplift defines it, the mean of five random folds of customers by each of the seeds, `.error` its standard error
over these folds; `at_30` the uplift of the 30 % with the highest scores; `.response` the same of a model of the
visit, whoever gets a mail. `passed` says whether the product's gate lets the model be used.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.quality.sets import settings_of
from features import build
from features.arrays import Floats
from features.config.settings import Settings
from features.lake import Lake
from features.profiles.fitted.feature_set import FeatureSet
from training.metrics.uplift import uplift_metrics
from training.targets.declared import selected_targets
from training.trainer import train
from training.walk.by_arm import by_arm
from training.walk.dataset import Dataset, training_datasets
from training.walk.folds import FOLDS, folds_of

MAILS: Final = {"womens": "Womens E-Mail", "mens": "Mens E-Mail"}
SEEDS: Final = range(3)
FIGURES: Final = {"qini": "qini", "uplift_at_30": "at_30"}


def document_of(mail: str, data: Path) -> dict[str, Any]:
    """The settings: one file read as a table of customers and as events of both arms and of visits."""
    file = str((data / "hillstrom" / "hillstrom.parquet").resolve())

    def source(name: str, day: str, **more: object) -> dict[str, Any]:
        query = (
            f"SELECT *, row_number() OVER () AS place, DATE '{day}' AS day FROM {name} "  # noqa: S608
            f"WHERE segment IN ('{MAILS[mail]}', 'No E-Mail')"
        )
        return {"table": "events", "from": file, "query": query, "columns": {"id": "place", "time": "day"}, **more}

    known = ("recency", "history", "mens", "womens", "zip_code", "newbie", "channel")
    columns = {"customer_id": "place"} | {name: name for name in known}
    target = {
        "type": "uplift", "treated": {"event": "contact"}, "control": {"event": "holdout"},
        "outcome": {"event": "visit"}, "horizon": "14d", "share": 0.5, "randomised": True,
    }  # fmt: skip
    return {
        "name": "Hillstrom",
        "clock": "2008-04-15",
        "sources": {
            "people": source("people", "2008-03-20", table="customers", columns=columns),
            "mails": source("mails", "2008-03-20", kind="contact", where=f"segment = '{MAILS[mail]}'"),
            "held_out": source("held_out", "2008-03-20", kind="holdout", where="segment = 'No E-Mail'"),
            "visits": source("visits", "2008-03-27", kind="visit", where="visit = 1"),
        },
        "targets": {f"{mail}_uplift": target},
    }


def figures_of(mail: str, data: Path) -> dict[str, float]:
    """The figures of one mail."""
    with tempfile.TemporaryDirectory() as home:
        settings = settings_of(document_of(mail, data), Path(home))
        build(settings, as_of=settings.now())
        (report,) = train(settings, as_of=settings.now())
        rows = _rows(settings)
    found = {"passed": float(report.verdict.passed), "confidence": report.verdict.confidence or 0.0}
    folds = [each for seed in SEEDS for each in _folds(rows, seed)]
    for way, tried in zip(("", ".response"), zip(*folds, strict=True), strict=True):
        for name, short in FIGURES.items():
            values = [figures[name] for figures in tried]
            found[f"{short}{way}"] = float(np.mean(values))
            found[f"{short}{way}.error"] = float(np.std(values) / np.sqrt(len(values)))
    return {f"hillstrom.{mail}.{key}": value for key, value in found.items()}


def _rows(settings: Settings) -> Dataset:
    targets, feature_set = selected_targets(settings, None), FeatureSet.load(settings.feature_set)
    now, units = settings.now(), settings.minor_units
    (rows,) = training_datasets(Lake(settings.lake), feature_set, targets, as_of=now, minor_units=units).values()
    return rows.known_by(now)


def _folds(rows: Dataset, seed: int) -> Iterator[tuple[dict[str, float], dict[str, float]]]:
    """The figures of each fold by the uplift and by the response."""
    walk, fold = by_arm(rows, outcomes=1, share=0.5, seed=seed), folds_of(rows, seed=seed)
    assert walk is not None
    assert walk.folds == FOLDS
    for part in range(FOLDS):
        here = fold == part
        yield tuple(_figures(rows.where(here), scores[here]) for scores in (walk.test_scores, walk.response))  # type: ignore[index,misc]


def _figures(rows: Dataset, scores: Floats) -> dict[str, float]:
    return uplift_metrics(rows.y, scores, rows.treated)  # type: ignore[arg-type]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, then print the figures as one line of JSON."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True, help="a folder with hillstrom/hillstrom.parquet")
    data = options.parse_args(arguments).data
    figures = {key: value for mail in MAILS for key, value in figures_of(mail, data).items()}
    for key, value in figures.items():
        print(f"{key:40} {value:10.4f}")
    print(json.dumps({key: round(value, 4) for key, value in figures.items()}))


if __name__ == "__main__":
    main()
