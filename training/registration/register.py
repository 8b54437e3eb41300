"""A trained model on its way into the registry: its figures, fingerprints and plots beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from features.arrays import Floats
from features.config.settings import Settings
from features.moments import iso
from features.profiles.fitted.feature_set import FeatureSet
from training.learners.model import Model
from training.learners.trees import parameters
from training.registration.card import model_card
from training.registration.plots import Base, draw
from training.registry.fingerprint import code_version
from training.registry.runs import register
from training.registry.versions import BY_FOLDS, FEATURES, OVER_TIME, REPORT
from training.verdict.drift import BANDS, bands_text
from training.verdict.gate import Evidence
from training.verdict.report import TrainingReport


def register_model(
    settings: Settings,
    model: Model,
    report: TrainingReport,
    evidence: Evidence,
    *,
    feature_set: FeatureSet,
    base: Floats,
    lake_version: str | None,
    dataset: str,
    used_at: int,
    refusals: Sequence[str],
    fingerprint: str,
) -> Model:
    """Log the model's run; returns the model with the version that it is registered as.

    ``dataset`` is the fingerprint of the rows, ``base`` are the feature rows of the customers it is made for.
    ``refusals`` are the gate's codes: a report's verdict also tells why a model that passed replaces no champion.
    """
    facts: dict[str, object] = {
        "as_of": report.as_of,
        "as_of_iso": iso(report.as_of),
        "code": code_version(),
        "dataset": dataset,
        "fingerprint": fingerprint,
        "lake_version": lake_version,
        "used_at": iso(used_at),
        "consent": settings.consent.fingerprint if settings.consent else None,
        "feature_set_hash": feature_set.hash,
        "rows": report.rows,
        "rows_found": report.found,
        "origins": report.origins,
        "baseline": report.baseline,
        "learners": " + ".join(report.learners),
        "level_method": report.level.method if report.level else None,
    }
    race = {f"race_loss_{'_'.join(entry.learners)}": entry.loss for entry in report.race}
    level = {} if report.verdict.level is None else {"level": report.verdict.level}
    baseline = {f"baseline_{name}": value for name, value in report.baseline_metrics.items()}
    confidence = {} if report.verdict.confidence is None else {"confidence": report.verdict.confidence}
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        draw(folder / "plots", model, evidence, Base.of(base, feature_set, settings.currency))
        feature_set.save(folder / FEATURES)
        (folder / BANDS).write_text(bands_text(model.feature_names, base), encoding="utf-8")
        (folder / "feature_names.txt").write_text("\n".join(model.feature_names) + "\n")
        (folder / "model_card.md").write_text(model_card(model, report, facts), encoding="utf-8")
        (folder / REPORT).write_text(report.dumps(), encoding="utf-8")
        version = register(
            settings,
            model,
            parameters={**facts, **parameters(model.score_kind, len(model.feature_names))},
            figures={**report.metrics, **baseline, **confidence, **level, **race},
            folder=folder,
            refusals=refusals,
            fingerprint=fingerprint,
            tested=BY_FOLDS if report.folds else OVER_TIME,
        )
    return replace(model, version=version)
