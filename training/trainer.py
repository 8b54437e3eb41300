"""Training at a moment: datasets, models, the gate's verdict and the registry, for each target."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from features.config.settings import Settings
from features.errors import StamkundError
from features.lake import Lake
from features.profiles.consent import gatekeeper_of
from features.profiles.fitted.feature_set import FeatureSet
from features.progress import Progress, silent
from features.reading.moment import Moment, moment
from training.job import Job
from training.learners.model import Model, quantiles
from training.learners.own import own_learner
from training.learners.scorer import Learner
from training.learners.trees import THREADS
from training.metrics.amounts import range_metrics
from training.metrics.by_kind import model_metrics
from training.orders import keep_orders
from training.registration.register import register_model
from training.registry.promotion import challenge, foreign_champion, promote
from training.registry.turn import turn
from training.registry.versions import CHAMPION, ModelVersion, champion, load, made_from, report_of
from training.targets import Target
from training.targets.declared import selected_targets
from training.verdict.baseline import baseline_metrics, evidence_of
from training.verdict.experiment import check_uplift, experiment_refusals
from training.verdict.gate import Refusal, Verdict, check_evidence, data_refusals
from training.verdict.proxies import proxies
from training.verdict.report import TrainingReport
from training.verdict.succession import NOT_BETTER, succession
from training.verdict.timing import features_fitted_late, no_test_block
from training.walk.by_arm import by_arm
from training.walk.dataset import Dataset, feature_names, training_datasets
from training.walk.folds import by_folds
from training.walk.rows import history_start
from training.walk.walk_forward import ALL, QUICK, WalkForward, outcome_count, walk_forward


def train(
    settings: Settings,
    *,
    as_of: Moment,
    targets: Sequence[str] | None = None,
    progress: Progress = silent,
    later: pl.DataFrame | None = None,
    without: Collection[str] = (),
    quick: bool = False,
    estimator: object | None = None,
) -> list[TrainingReport]:
    """Train, judge and register a model of each target from what was known at ``as_of``.

    A model that passes the gate becomes the champion; one that does not, or that is older or worse than the champion,
    is registered without the alias, and the report's verdict says why. Where everything is as it was when a version was
    trained, its report is told again, and nothing is registered. A ``quick`` training runs trees alone, without a
    race. Settings without targets are refused (``no_targets``). Nobody is learnt from who does not allow it, by what
    they said in the lake and in the ``later`` events, which no build has read yet; nor from those ``without`` whom the
    next build will do. An ``estimator`` of one's own, with ``fit`` and ``predict_proba`` or ``predict`` as scikit-learn
    has them, runs in place of ours, through the same gate, registry and service. The model of orders is fitted beside
    the targets.
    """
    as_of = moment(as_of, timezone=settings.timezone)
    selected = selected_targets(settings, targets)
    total = len(selected) + 1
    with turn(settings.home, progress):
        progress("profiles of past moments", 0, total)
        lake = Lake(settings.lake)
        lake.check_written()
        feature_set = FeatureSet.load(settings.feature_set)
        keeper, used_at = gatekeeper_of(settings, lake, later=later), time.time_ns() // 1000
        datasets = training_datasets(
            lake, feature_set, selected, as_of=as_of, minor_units=settings.minor_units, most=settings.training.rows,
            keeper=keeper, without=without,
        )  # fmt: skip
        first = history_start(lake, as_of=as_of)
        reports = []
        for done, target in enumerate(selected, start=1):
            progress(target.name, done, total)
            learners = _learners(target, estimator, quick=quick)
            job = Job(settings, lake, feature_set, target, datasets[target.name], first, as_of, used_at, learners)
            reports.append(_train(job))
        keep_orders(settings, lake, as_of=as_of, used_at=used_at, keeper=keeper, without=without)
        progress("done", total, total)
        return reports


def _learners(target: Target, estimator: object | None, *, quick: bool) -> Sequence[Learner]:
    if estimator is not None and target.score_kind == "uplift":
        text = f"'{target.name}' is an uplift, which is learnt by a learner of ours only. Leave it out of `targets`."
        raise StamkundError("not_an_estimator", text, field="estimator")
    if estimator is not None:
        return (own_learner(estimator, target.score_kind),)
    return QUICK if quick else ALL


def _train(job: Job) -> TrainingReport:
    """One target, from its dataset to its report, or to that of the version that was made from just this."""
    began = time.perf_counter()
    before = made_from(job.settings, job.target.name, job.fingerprint)
    report = _trained(job) if before is None else _unchanged(job, before)
    promoted = CHAMPION in before.aliases if before else False
    if report.model and report.verdict.passed and not (before and before.promoted_at):
        promote(job.settings, report.model.name, report.model.version)
        promoted = True
    return replace(report, promoted=promoted, seconds=time.perf_counter() - began)


def _unchanged(job: Job, before: ModelVersion) -> TrainingReport:
    """The report of a version, once more."""
    report = TrainingReport.loads(report_of(job.settings, before), job.target)
    return replace(report, model=load(job.settings, before.name, before.version), unchanged=True)


def _trained(job: Job) -> TrainingReport:
    """The report of a new model, registered."""
    target, gate = job.target, job.settings.gate
    usable = job.dataset.known_by(job.as_of)
    report = TrainingReport(
        target=target,
        as_of=job.as_of,
        rows=len(usable),
        found=usable.found,
        customers=len(np.unique(usable.customers)),
        origins=len(np.unique(usable.as_of)),
    )
    refusals = _data_refusals(job, usable)
    outcomes = max(gate.outcomes // 2, 1)
    if target.score_kind == "uplift":
        refusals += experiment_refusals(target, usable, target.treated_share)
        walk = by_arm(usable, outcomes=outcomes, share=target.treated_share)
    elif job.dataset.timeless:
        walk = by_folds(usable, target.score_kind, outcomes=outcomes, learners=job.learners)
    else:
        walk = walk_forward(job.dataset, target.score_kind, as_of=job.as_of, outcomes=outcomes, learners=job.learners)
    if walk is None:
        verdict = Verdict(tuple(refusals or [no_test_block(target, gate.outcomes)]))
        return replace(report, verdict=verdict)
    evidence = evidence_of(target, job.feature_set, walk)
    verdict = (check_evidence if evidence.treated is None else check_uplift)(target, gate, evidence)
    late = [] if walk.folds else features_fitted_late(target, job.feature_set, test_start=walk.test_start)
    report = replace(
        report,
        tested=len(evidence.y),
        metrics=model_metrics(target.score_kind, evidence.y, evidence.scores, evidence.treated) | _range_metrics(walk),
        baseline=evidence.rule,
        baseline_metrics=baseline_metrics(target.score_kind, evidence),
        race=walk.race,
        folds=walk.folds,
        learners=tuple(walk.scorer.members),
        level=walk.level,
        verdict=replace(verdict, refusals=(*refusals, *late, *verdict.refusals)),
    )
    model = _model(job, walk)
    sensitive = job.settings.privacy.sensitive
    report = replace(report, proxies=proxies(model, usable, job.lake, job.feature_set, sensitive))
    gated = [refusal.code for refusal in report.verdict.refusals]
    if not gated:
        kept_back = _taken(job) or succession(model, champion(job.settings, target.name), gate, walk)
        report = replace(report, verdict=replace(report.verdict, refusals=tuple(kept_back)))
    model = register_model(
        job.settings,
        model,
        report,
        evidence,
        feature_set=job.feature_set,
        base=job.base.x,
        lake_version=job.lake.version,
        dataset=job.dataset_fingerprint,
        used_at=job.used_at,
        refusals=gated,
        fingerprint=job.fingerprint,
    )
    if any(refusal.code == NOT_BETTER for refusal in report.verdict.refusals):
        challenge(job.settings, model.name, model.version)
    return replace(report, model=model)


def _taken(job: Job) -> list[Refusal]:
    """The alias is another program's."""
    error = foreign_champion(job.settings, job.target.name)
    return [Refusal.by(error)] if error else []


def _data_refusals(job: Job, usable: Dataset) -> list[Refusal]:
    """What is lacking before anything is fitted."""
    refusals = data_refusals(
        job.target,
        job.settings.gate,
        outcomes=outcome_count(usable, job.target.score_kind),
        history_us=job.as_of - job.first,
        customers=len(np.unique(usable.customers)),
    )
    try:
        job.target.population(job.feature_set)
    except StamkundError as error:
        refusals.append(Refusal.by(error))
    return refusals


def _model(job: Job, walk: WalkForward) -> Model:
    """The final model, its percentiles those of the customers it would score at ``as_of``."""
    model = Model(
        name=job.target.name,
        version=0,
        target=job.target,
        scorer=walk.scorer,
        calibration=walk.calibration,
        feature_names=feature_names(job.feature_set, job.target),
        feature_set_hash=job.feature_set.hash,
        percentiles=(),
        as_of=job.as_of,
        hurdle=walk.ranges.hurdle if walk.ranges else None,
    )
    return replace(model, percentiles=quantiles(model.predict(job.base.x, num_threads=THREADS)))


def _range_metrics(walk: WalkForward) -> dict[str, float]:
    """How the ranges of the test's amounts did; empty without any."""
    ends = walk.ranges.test_ends if walk.ranges else None
    return {} if ends is None else range_metrics(walk.test.y, ends)
