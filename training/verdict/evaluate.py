"""What came true: a model's figures against outcomes after a moment, beside the best rule's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from features.config.settings import Settings
from features.errors import StamkundError
from features.lake import Lake
from features.moments import day
from features.profiles.consent import gatekeeper_of
from features.profiles.fitted.feature_set import FeatureSet
from features.profiles.looks import profiles_of
from features.reading.moment import Moment, moment
from features.units import DAY
from training.learners.model import Model
from training.learners.trees import THREADS
from training.metrics.amounts import range_metrics
from training.metrics.by_kind import model_metrics, rule_metrics
from training.verdict.baseline import best_rule, rule_scores
from training.verdict.report import Evaluation
from training.walk.dataset import Dataset, dataset
from training.walk.sample import Sample


def evaluate(
    settings: Settings, model: Model, *, as_of: Moment, until: Moment | None = None, open_as_none: bool = False
) -> Evaluation:
    """A model, trained at ``as_of`` or before, against the outcomes after ``as_of``.

    The rows are the target's :meth:`Target.outcome_rows`: customers at ``as_of``, or contacts after ``as_of`` (up to
    ``until``), each scored at its own time, whose outcome is known by the last event in the data; ``open_as_none``
    counts the others too, as if nobody responded after the data ends.
    """
    as_of = moment(as_of, timezone=settings.timezone)
    end = None if until is None else moment(until, timezone=settings.timezone, field="until")
    target, outcome = model.target, outcome_dataset(settings, model, as_of=as_of, until=end)
    last = _last_event(Lake(settings.lake))
    settled = np.full(len(outcome), target.settled_together or open_as_none) | (outcome.known_at <= (last or 0))
    left_out, outcome = int(np.sum(~settled)), outcome.where(settled)
    if not len(outcome):
        text = (
            f"What came true of '{model.name}' is not known: the data ends with {_day(last)}, and the outcome of "
            f"{left_out} contacts after as_of is still open. Choose an earlier as_of."
        )
        raise StamkundError("outcomes_not_known", text, field="as_of")
    scores = model.predict(outcome.x, num_threads=THREADS)
    rules = rule_scores(target.rules(FeatureSet.load(settings.feature_set)), model.feature_names, outcome.x)
    rule = best_rule(model.score_kind, outcome.y, rules)
    baseline = rule_metrics(model.score_kind, outcome.y, rules[rule]) if rule else {}
    ends = model.ends(outcome.x, num_threads=THREADS)
    ranges = {} if ends is None else range_metrics(outcome.y, ends)
    figures = model_metrics(model.score_kind, outcome.y, scores, outcome.treated) | ranges
    return Evaluation(target, as_of, len(outcome), figures, rule, baseline, left_out)


def outcome_dataset(settings: Settings, model: Model, *, as_of: int, until: int | None = None) -> Dataset:
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
    rows = model.target.outcome_rows(lake, as_of=as_of, until=until)
    keeper = gatekeeper_of(settings, lake)
    rows = rows if keeper is None else keeper.passing("training", rows)
    if rows.is_empty():
        text = f"Nobody belongs to '{model.name}' at or after that moment. Choose another as_of."
        raise StamkundError("no_outcomes", text, field="as_of")
    sample = Sample(settings.training.rows, (*model.target.entity, "as_of"))
    sample.add(rows)
    rows = sample.rows()
    profiles = profiles_of(lake, feature_set, rows, without_events=model.target.from_table)
    found = dataset(lake, model.target, model.feature_names, rows, profiles, minor_units=settings.minor_units)
    return replace(found, found=sample.found)


def _check_reach(lake: Lake, model: Model, *, as_of: int) -> None:
    """Outcomes that are settled together must lie within the data, which reach to the end of their last day."""
    last = _last_event(lake)
    horizon = model.target.horizon_us if model.target.settled_together else 0
    if last is None or as_of + horizon > (last // DAY + 1) * DAY:
        text = (
            f"What came true of '{model.name}' is not known: the data ends with {_day(last)}, and the horizon of "
            f"{model.target.horizon_us // DAY} days is not over. Choose an earlier as_of."
        )
        raise StamkundError("outcomes_not_known", text, field="as_of")


def _last_event(lake: Lake) -> int | None:
    times = pl.concat([lake.scan(table).select("time") for table in ("events", "snapshots")])
    last = times.select(pl.col("time").max()).collect().item()
    return None if last is None else int(last)


def _day(moment: int | None) -> str:
    return "nothing" if moment is None else day(moment)
