"""Amounts on past days, each told by a model of what was known that day, beside rules and the last block's level.

The rule of a day is the one that came nearest on the last block before it; ``log_total`` is the logarithm of the told
total over what came, and ``log_total.last_block`` that of "as many per customer as in the last block".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.table import Table

from features.arrays import Floats
from features.config.settings import Settings
from features.lake import Lake
from features.moments import day
from features.profiles.fitted.feature_set import FeatureSet
from training.learners.model import Model
from training.metrics.amounts import normalised_gini
from training.targets.declared import selected_targets
from training.trainer import train
from training.verdict.baseline import rule_scores
from training.walk.dataset import Dataset, training_datasets


@dataclass(frozen=True)
class Day:
    """What came after a moment, and what was told: mean, ``[row, (low, median, high)]``, rule and last level."""

    as_of: int
    y: Floats
    mean: Floats
    ends: Floats
    rule: str
    rule_scores: Floats
    last_level: float

    @property
    def figures(self) -> dict[str, float]:
        """The figures of one day."""
        low, median, high = self.ends.T
        came = float(self.y.mean())
        return {
            "mae": float(np.abs(self.y - median).mean()),
            "mae.rule": float(np.abs(self.y - self.rule_scores).mean()),
            "mae.zeros": float(np.abs(self.y).mean()),
            "ngini": normalised_gini(self.y, self.mean),
            "ngini.rule": normalised_gini(self.y, self.rule_scores),
            "log_total": abs(float(np.log(self.mean.mean() / came))),
            "log_total.last_block": abs(float(np.log(self.last_level / came))),
            "coverage": float(np.mean((low <= self.y) & (self.y <= high))),
            "rows": float(len(self.y)),
        }


def days_of(settings: Settings, name: str, moments: Sequence[int], *, end: int) -> list[Day]:
    """The days of a declared target; the data reach to ``end``, when the last horizon is over."""
    (target,) = selected_targets(settings, [name])
    feature_set = FeatureSet.load(settings.feature_set)
    lake = Lake(settings.lake)
    found = []
    for moment in moments:
        (report,) = train(settings, as_of=moment, targets=[name])
        assert report.model is not None, report.verdict
        came = training_datasets(
            lake, feature_set, [target], as_of=moment + target.horizon_us, minor_units=settings.minor_units
        )[name]
        assert moment + target.horizon_us <= end
        rules = rule_scores(target.rules(feature_set), feature_set.names, came.x)
        found.append(_day(report.model, came, rules, moment, target.horizon_us))
    return found


def _day(model: Model, came: Dataset, rules: dict[str, Floats], moment: int, horizon_us: int) -> Day:
    now, past = came.as_of == moment, came.as_of[came.as_of <= moment - horizon_us]
    before = came.as_of == past.max()
    nearest = min(rules, key=lambda rule: float(np.abs(came.y[before] - rules[rule][before]).mean()))
    x = came.x[now]
    ends = model.ends(x)
    assert ends is not None
    level = float(came.y[before].mean())
    return Day(moment, came.y[now], model.predict(x), ends, nearest, rules[nearest][now], level)


def figures(prefix: str, days: Sequence[Day]) -> dict[str, float]:
    """The means over the days, as ``<prefix>.<figure>``."""
    return {f"{prefix}.{key}": float(np.mean([each.figures[key] for each in days])) for key in days[0].figures}


def table_of(title: str, days: Sequence[Day]) -> Table:
    """The table for people."""
    heads = (
        title,
        "rows",
        "MAE of the median",
        "best rule",
        "it is",
        "Gini",
        "rule",
        "total off",
        "last block",
        "in 80 %",
    )
    table = Table(*heads, box=None)
    for each in days:
        f = each.figures
        errors = (f"{f['mae']:.2f}", f"{f['mae.rule']:.2f}", each.rule, f"{f['ngini']:.3f}", f"{f['ngini.rule']:.3f}")
        totals = (f"{f['log_total']:.3f}", f"{f['log_total.last_block']:.3f}", f"{f['coverage']:.1%}")
        table.add_row(day(each.as_of), f"{f['rows']:,.0f}", *errors, *totals)
    return table
