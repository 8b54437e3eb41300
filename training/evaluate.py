"""What came true: a model's figures against outcomes after a moment, beside the best rule's."""

from __future__ import annotations

import numpy as np
import polars as pl

from features.config.settings import Settings
from features.errors import StamkundError
from features.lake import Lake
from features.moments import day
from features.profiles.feature_set import FeatureSet
from features.profiles.profiles import profiles
from features.units import DAY
from training.baseline import best_rule, rule_scores
from training.dataset import Table, labels, table
from training.learners.model import Model
from training.metrics import metrics, rule_metrics
from training.report import Evaluation
from training.walk_forward import THREADS


def evaluate(
    settings: Settings, model: Model, *, as_of: int, until: int | None = None, open_as_none: bool = False
) -> Evaluation:
    """A model, trained at ``as_of`` or before, against the outcomes after ``as_of``.

    Lapse and spend: everyone in the population at ``as_of``. Redemption: every contact after ``as_of`` (up to
    ``until``) whose outcome is known by the last event in the data, each scored at its own time; ``open_as_none``
    takes in the others too, as if nobody responded after the data ends.
    """
    outcome = outcome_table(settings, model, as_of=as_of, until=until)
    last = _last_event(Lake(settings.lake))
    settled = outcome.known <= (last or 0) if model.target.type == "redemption" and not open_as_none else None
    left_out = 0 if settled is None else int(np.sum(~settled))
    outcome = outcome if settled is None else outcome.where(settled)
    if not len(outcome):
        text = (
            f"What came true of '{model.name}' is not known: the data ends with {_day(last)}, and the outcome of "
            f"{left_out} contacts after as_of is still open. Choose an earlier as_of."
        )
        raise StamkundError("outcomes_not_known", text, field="as_of")
    scores = model.predict(outcome.x, num_threads=THREADS)
    rules = rule_scores(model.target, model.feature_names, outcome.x)
    rule = best_rule(model.target, outcome.y, rules)
    beside = rule_metrics(model.kind, outcome.y, rules[rule]) if rule else {}
    figures = metrics(model.kind, outcome.y, scores)
    return Evaluation(model.target, as_of, len(outcome), figures, rule, beside, left_out)


def outcome_table(settings: Settings, model: Model, *, as_of: int, until: int | None = None) -> Table:
    """The rows that :func:`evaluate` scores, with what came true; of a contact whose outcome is open, so far."""
    if model.as_of > as_of:
        text = (
            f"'{model.name}' was trained at {_day(model.as_of)}, after {_day(as_of)}: it has seen what came true. "
            "Choose a later as_of, or train at an earlier one."
        )
        raise StamkundError("trained_after", text, field="as_of")
    lake, feature_set = Lake(settings.lake), FeatureSet.load(settings.feature_set)
    if model.feature_set_hash != feature_set.hash:
        text = f"'{model.name}' was trained on other features than those at hand. Run `stamkund train`."
        raise StamkundError("feature_set_mismatch", text, field=model.name)
    _check_reach(lake, model, as_of=as_of)
    rows = labels(lake, model.target, moments=[as_of])
    if model.target.type == "redemption":
        rows = rows.filter(
            pl.col("as_of") > as_of, pl.col("as_of") <= (until if until is not None else pl.col("as_of"))
        )
    if rows.is_empty():
        text = f"Nobody belongs to '{model.name}' at or after that moment. Choose another as_of."
        raise StamkundError("no_outcomes", text, field="as_of")
    known = profiles(lake, feature_set, as_of=sorted(rows["as_of"].unique()))
    return table(lake, model.target, model.feature_names, rows, known, minor_units=settings.minor_units)


def _check_reach(lake: Lake, model: Model, *, as_of: int) -> None:
    """The outcomes must lie within the data; when those of contacts do, each contact says."""
    last = _last_event(lake)
    horizon = 0 if model.target.type == "redemption" else model.target.horizon_us
    if last is None or as_of + horizon > last + DAY:
        text = (
            f"What came true of '{model.name}' is not known: the data ends with {_day(last)}, and the horizon of "
            f"{model.target.horizon_us // DAY} days is not over. Choose an earlier as_of."
        )
        raise StamkundError("outcomes_not_known", text, field="as_of")


def _last_event(lake: Lake) -> int | None:
    last = lake.scan("events").select(pl.col("time").max()).collect().item()
    return None if last is None else int(last)


def _day(moment: int | None) -> str:
    return "nothing" if moment is None else day(moment)
