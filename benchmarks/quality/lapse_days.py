"""Lapse on four days, each by a model of what was known that day, beside the feature that does best alone that day.

The feature is chosen with the outcomes of the very day at hand, among all features and with either sign: no rule that
had to be named before could do better. Customers are resampled whole, on all days at once, for the intervals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from rich.table import Table
from scipy.stats import rankdata

from features.arrays import Floats
from features.config.settings import Settings
from features.lake import Lake
from features.profiles.fitted.feature_set import FeatureSet
from training.learners.blend import LEARNERS
from training.learners.model import Model
from training.metrics.bootstrap import weighted_auc
from training.metrics.probability import probability_metrics
from training.verdict.evaluate import outcome_dataset
from training.walk.dataset import Dataset, training_datasets
from training.walk.walk_forward import walk_forward

NAME = "completejourney.lapse_28d"
RULE = "orders_56d"  # fewer orders in the last 56 days: the rule named by those who measured this data before
RESAMPLES, INTERVAL = 1_000, (0.025, 0.975)


@dataclass(frozen=True)
class Day:
    """What came true after one day, and the scores of model, best single feature, rule and logistic regression."""

    day: date
    outcome: Dataset
    scores: Floats
    single: str
    single_scores: Floats
    rule_scores: Floats
    linear: Floats

    @cached_property
    def figures(self) -> dict[str, float]:
        """Rows, share lapsed, the three AUCs, and how far the model is above the single feature."""
        scores = {
            "auc": self.scores, "best_single": self.single_scores, "rule": self.rule_scores, "auc.linear": self.linear,
        }  # fmt: skip
        y = self.outcome.y
        aucs = {name: float(weighted_auc(y, s, np.ones((1, len(y))))[0]) for name, s in scores.items()}
        return {"rows": len(y), "lapsed": float(y.mean()), **aucs, "lift": aucs["auc"] - aucs["best_single"]}

    @property
    def came(self) -> Floats:
        """The outcomes."""
        return self.outcome.y

    def lifts(self, weights: Floats) -> Floats:
        """The lift in each resample of the customers; ``weights[resample, row]``."""
        y = self.outcome.y
        return weighted_auc(y, self.scores, weights) - weighted_auc(y, self.single_scores, weights)


def day_of(settings: Settings, model: Model, day: date) -> Day:
    """A model against what came true after the day that it was trained at."""
    outcome = outcome_dataset(settings, model, as_of=model.as_of)
    single, single_scores = best_single(outcome.x, outcome.y, model.feature_names)
    rule_scores = -outcome.x[:, model.feature_names.index(RULE)]
    return Day(
        day, outcome, model.predict(outcome.x), single, single_scores, rule_scores, _linear(settings, model, outcome.x)
    )


def _linear(settings: Settings, model: Model, x: Floats) -> Floats:
    """What logistic regression alone says of rows, learnt and calibrated as the model was."""
    lake, feature_set = Lake(settings.lake), FeatureSet.load(settings.feature_set)
    rows = training_datasets(
        lake, feature_set, [model.target], as_of=model.as_of, minor_units=settings.minor_units
    )[model.name]  # fmt: skip
    least = settings.gate.outcomes
    walk = walk_forward(rows, model.score_kind, as_of=model.as_of, outcomes=least, learners=[LEARNERS["linear"]])
    assert walk is not None
    return walk.calibration.apply(walk.scorer.raw(x), model.score_kind)


def best_single(x: Floats, y: Floats, names: Sequence[str]) -> tuple[str, Floats]:
    """The name and scores of the one column that orders the rows best, upwards or downwards.

    Undefined values are put below all others or above them, whichever does better.

    >>> best_single(np.array([[0.0, 3.0], [1.0, np.nan], [0.0, 1.0]]), np.array([0.0, 1.0, 0.0]), ["a", "b"])
    ('a', array([0., 1., 0.]))
    """
    candidates = np.stack([np.where(np.isnan(x), worst, x) for worst in (-np.inf, np.inf)])
    ranks = rankdata(candidates, axis=1)
    positive = int(y.sum())
    wins = ranks[:, y == 1].sum(axis=1) - positive * (positive + 1) / 2
    aucs = wins / (positive * (len(y) - positive))
    place, column = divmod(int(np.argmax(np.maximum(aucs, 1 - aucs))), len(names))
    sign = 1.0 if aucs[place, column] >= 0.5 else -1.0
    return f"{'' if sign > 0 else '-'}{names[column]}", candidates[place][:, column] * sign


def intervals(days: Sequence[Day]) -> Floats:
    """``[day, end]`` the interval of each day's lift, and in the last row of their mean."""
    everyone, place = np.unique(np.concatenate([d.outcome.customers for d in days]), return_inverse=True)
    n = len(everyone)
    counts = np.random.default_rng(7).multinomial(n, np.full(n, 1 / n), size=RESAMPLES)
    ends = np.cumsum([len(d.outcome) for d in days])[:-1]
    lifts = [d.lifts(counts[:, rows].astype(np.float64)) for d, rows in zip(days, np.split(place, ends), strict=True)]
    return np.asarray(np.quantile([*lifts, np.mean(lifts, axis=0)], INTERVAL, axis=1).T, dtype=np.float64)


def means(days: Sequence[Day]) -> dict[str, float]:
    """The mean of each figure over the days."""
    return {name: float(np.mean([d.figures[name] for d in days])) for name in days[0].figures}


def figures(days: Sequence[Day]) -> dict[str, float]:
    """Everything measured: ``NAME.*`` for the means and what is pooled over the days, ``NAME.<day>.*`` for each day."""
    spans = intervals(days)
    by_day = {f"{NAME}.{d.day}": (d.figures, span) for d, span in zip(days, spans[:-1], strict=True)}
    return {
        f"{name}.{key}": value
        for name, (values, span) in {NAME: (means(days) | pooled(days), spans[-1]), **by_day}.items()
        for key, value in {**values, "lift_low": float(span[0]), "lift_high": float(span[1])}.items()
    }


def pooled(days: Sequence[Day]) -> dict[str, float]:
    """Log loss, slope and level (mean score over rate) of all days' rows together."""
    y, scores = (np.concatenate([getattr(d, part) for d in days]) for part in ("came", "scores"))
    found = probability_metrics(y, scores)
    level = found["mean_score"] / found["rate"]
    linear = probability_metrics(y, np.concatenate([d.linear for d in days]))
    return {
        "log_loss": found["log_loss"], "log_loss.linear": linear["log_loss"],
        "slope": found["calibration_slope"], "level": level,
    }  # fmt: skip


def table_of(days: Sequence[Day], values: Mapping[str, float]) -> Table:
    """The table for people."""
    heads = ("lapse at", "rows", "lapsed", "model", "best single feature", "it is", f"-{RULE}", "lift", "95 % interval")
    table = Table(*heads, box=None)
    for name, key, single in [*((str(d.day), f"{NAME}.{d.day}", d.single) for d in days), ("mean", NAME, "")]:
        rows, lapsed, auc, best, rule, lift, low, high = (
            values[f"{key}.{figure}"]
            for figure in ("rows", "lapsed", "auc", "best_single", "rule", "lift", "lift_low", "lift_high")
        )
        numbers = (f"{rows:,.0f}", f"{lapsed:.1%}", f"{auc:.4f}", f"{best:.4f}", single, f"{rule:.4f}", f"{lift:.4f}")
        table.add_row(name, *numbers, f"{low:.4f} to {high:.4f}")
    return table
