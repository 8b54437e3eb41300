"""Training at a moment: tables, models, the gate's verdict and the registry, for each target."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from features.config.settings import Settings
from features.errors import StamkundError
from features.lake import Lake
from features.moments import day
from features.profiles.feature_set import FeatureSet
from features.progress import Progress, silent
from training.baseline import best_rule, rule_scores
from training.dataset import Table, feature_names, history_start, training_tables
from training.gate import Evidence, Refusal, Verdict, enough, judge
from training.learners.model import Model, quantiles
from training.learners.trees import parameters
from training.metrics import metrics, rule_metrics
from training.plots import draw
from training.registry.registry import champion_as_of, promote, register
from training.report import TrainingReport
from training.targets.targets import Target, targets_of
from training.walk_forward import THREADS, Fit, fewest, fit


def train(
    settings: Settings, *, as_of: int, targets: Sequence[str] | None = None, progress: Progress = silent
) -> list[TrainingReport]:
    """Train, judge and register a model of each target from what was known at ``as_of``.

    A model that passes the gate becomes the champion; one that does not, or that is older than the champion, is
    registered without the alias, and the report's verdict says why.
    """
    chosen = _chosen(settings, targets)
    total = len(chosen) + 1
    progress("profiles of past moments", 0, total)
    job = _job(settings, chosen, as_of=as_of)
    reports = []
    for done, target in enumerate(chosen, start=1):
        progress(target.name, done, total)
        reports.append(_train(job, target))
    progress("done", total, total)
    return reports


@dataclass(frozen=True)
class Job:
    """What every target of one training shares."""

    settings: Settings
    lake: Lake
    feature_set: FeatureSet
    tables: Mapping[str, Table]
    first: int
    as_of: int


def _chosen(settings: Settings, names: Sequence[str] | None) -> list[Target]:
    declared = targets_of(settings)
    for name in names or ():
        if name not in declared:
            raise StamkundError.unknown("unknown_target", "target", name, declared, field="targets")
    return [declared[name] for name in names or declared]


def _job(settings: Settings, targets: Sequence[Target], *, as_of: int) -> Job:
    lake, feature_set = Lake(settings.lake), FeatureSet.load(settings.feature_set)
    tables = training_tables(lake, feature_set, targets, as_of=as_of, minor_units=settings.minor_units)
    return Job(settings, lake, feature_set, tables, history_start(lake, as_of=as_of), as_of)


def _train(job: Job, target: Target) -> TrainingReport:
    """One target, from its table to its report."""
    began, gate = time.perf_counter(), job.settings.gate
    every = job.tables[target.name]
    usable = every.known_by(job.as_of)
    customers = len(np.unique(usable.customers))
    lacking = enough(
        target, gate, outcomes=fewest(usable, target.kind), history_us=job.as_of - job.first, customers=customers
    )
    report = TrainingReport(
        target=target, as_of=job.as_of, rows=len(usable), customers=customers, origins=len(np.unique(usable.as_of))
    )
    fitted = fit(every, target.kind, as_of=job.as_of, outcomes=max(gate.outcomes // 2, 1))
    if fitted is None:
        lacking = lacking or [_no_block(target, gate.outcomes)]
        return replace(report, verdict=Verdict(tuple(lacking)), seconds=time.perf_counter() - began)
    evidence = _evidence(job, target, fitted)
    verdict = judge(target, gate, evidence)
    late = _fitted_late(job, target, fitted)
    report = replace(
        report,
        tested=len(evidence.y),
        metrics=metrics(target.kind, evidence.y, evidence.scores),
        baseline=evidence.rule,
        baseline_metrics=(
            {} if evidence.rule_scores is None else rule_metrics(target.kind, evidence.y, evidence.rule_scores)
        ),
        verdict=replace(verdict, refusals=(*lacking, *late, *verdict.refusals)),
    )
    model = _registered(job, _model(job, target, fitted, every), report, evidence)
    if report.verdict.passed:
        report = replace(report, verdict=replace(report.verdict, refusals=tuple(_back_test(job, target))))
    promoted = report.verdict.passed
    if promoted:
        promote(job.settings, model.name, model.version)
    return replace(report, model=model, promoted=promoted, seconds=time.perf_counter() - began)


def _no_block(target: Target, outcomes: int) -> Refusal:
    text = (
        f"'{target.name}' has too few outcomes to set some aside for the test: it needs {outcomes // 2} of each class "
        f"in the last labelled moments and {outcomes // 4} known before them. Add customers or history."
    )
    return Refusal("too_few_outcomes", text)


def _back_test(job: Job, target: Target) -> list[Refusal]:
    """A model of the past is no successor of one that knows more; ``promote`` may still make it one."""
    at = champion_as_of(job.settings, target.name)
    if at is None or at <= job.as_of:
        return []
    today, then = map(day, (at, job.as_of))
    text = (
        f"'{target.name}' has a champion trained at {today}, later than this model's {then}. The model is registered "
        "and not promoted; to have it all the same: `stamkund models promote`."
    )
    return [Refusal("older_than_champion", text)]


def _fitted_late(job: Job, target: Target, fitted: Fit) -> list[Refusal]:
    """A feature set that has seen the moments of the test makes the figures too good."""
    if job.feature_set.fitted_at <= fitted.late:
        return []
    text = (
        f"'{target.name}' is tested at moments before the features were fitted. Set features.fitted_at to an earlier "
        "day, then `stamkund build --refit`."
    )
    return [Refusal("features_fitted_late", text)]


def _evidence(job: Job, target: Target, fitted: Fit) -> Evidence:
    rows = fitted.evidence
    rules = rule_scores(target, feature_names(job.feature_set, target), rows.x)
    rule = best_rule(target, rows.y, rules)
    return Evidence(rows.y, fitted.scores, rows.customers, rule, rules[rule] if rule else None)


def _model(job: Job, target: Target, fitted: Fit, every: Table) -> Model:
    """The final model, its percentiles those of the customers it would score at ``as_of``."""
    model = Model(
        name=target.name,
        version=0,
        target=target,
        booster=fitted.booster,
        calibration=fitted.calibration,
        feature_names=feature_names(job.feature_set, target),
        feature_set_hash=job.feature_set.hash,
        percentiles=(),
        as_of=job.as_of,
    )
    base = every.where(every.as_of == job.as_of)
    base = base if len(base) else every
    return replace(model, percentiles=quantiles(model.predict(base.x, num_threads=THREADS)))


def _registered(job: Job, model: Model, report: TrainingReport, evidence: Evidence) -> Model:
    """The model with the version it was logged as, plots, figures and fingerprints beside it."""
    fingerprints: dict[str, object] = {
        "as_of": job.as_of,
        "lake_version": job.lake.version,
        "feature_set_hash": job.feature_set.hash,
        "rows": report.rows,
        "origins": report.origins,
        "baseline": report.baseline,
    }
    beside = {f"baseline_{name}": value for name, value in report.baseline_metrics.items()}
    certainty = {} if report.verdict.confidence is None else {"confidence": report.verdict.confidence}
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        draw(folder / "plots", model, evidence)
        job.feature_set.save(folder / "features.json")
        (folder / "feature_names.txt").write_text("\n".join(model.feature_names) + "\n")
        (folder / "verdict.json").write_text(json.dumps([r.__dict__ for r in report.verdict.refusals], indent=1))
        version = register(
            job.settings,
            model,
            parameters={**fingerprints, **parameters(model.kind)},
            figures={**report.metrics, **beside, **certainty},
            folder=folder,
            refusals=[refusal.code for refusal in report.verdict.refusals],
        )
    return replace(model, version=version)
