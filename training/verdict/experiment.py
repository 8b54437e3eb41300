"""The gate of uplifts: was it an experiment at all, and are customers ordered by what treating them changes?"""

from __future__ import annotations

from typing import Final

import lightgbm as lgb
import numpy as np
from scipy.stats import norm

from features.arrays import Floats, Mask
from features.config.sections.targets.targets import Gate
from features.units import DAY
from training.learners.trees import THREADS, parameters
from training.metrics.bootstrap import qini_interval
from training.metrics.probability import auc
from training.targets import Target
from training.verdict.gate import Evidence, Refusal, Verdict, percent
from training.walk.dataset import Dataset
from training.walk.folds import FOLDS, folds_of

SURE: Final = 0.99  # that arms were not drawn at random, or not by the share that was said, before a model is refused
ROUNDS: Final = 60


def experiment_refusals(target: Target, rows: Dataset, share: float | None) -> list[Refusal]:
    """Why rows are no experiment: features tell who was treated, or as many were as the ``share`` does not explain."""
    if rows.treated is None or not 0 < rows.treated.sum() < len(rows):
        return []
    treated, found = int(rows.treated.sum()), []
    figure, low, high = assignment_auc(rows)
    if low > 0.5:
        told = {"figure": round(figure, 3), "low": round(low, 3), "high": round(high, 3)}
        found.append(Refusal.of("confounded", target=target.name, **told))
    if share is not None:
        off = (treated - share * len(rows)) / np.sqrt(len(rows) * share * (1 - share))
        if abs(off) > norm.ppf((1 + SURE) / 2):
            told = {"count": treated, "customers": len(rows), "came": round(treated / len(rows), 4), "share": share}
            found.append(Refusal.of("wrong_share", target=target.name, **told))
    return found


def assignment_auc(rows: Dataset) -> tuple[float, float, float]:
    """The AUC by which features and the day tell who was treated, of rows not learnt from, and its 99 % interval.

    The error is that of chance alone (Mann & Whitney 1947).
    """
    treated, x = _arm(rows.treated), np.column_stack([rows.x, rows.as_of // DAY])
    fold, scores = folds_of(rows, seed=7), np.empty(len(rows))
    settings = {**parameters("probability", x.shape[1]), "num_iterations": ROUNDS, "num_threads": THREADS}
    for part in range(FOLDS):
        here = fold == part
        scores[here] = _ranked(lgb.train(settings, lgb.Dataset(x[~here], treated[~here])), x[here])
    figure, few = auc(treated.astype(np.float64), scores), int(treated.sum())
    error = np.sqrt((len(rows) + 1) / (12 * few * (len(rows) - few))) * norm.ppf((1 + SURE) / 2)
    return figure, figure - error, figure + error


def _ranked(booster: lgb.Booster, x: Floats) -> Floats:
    return np.asarray(booster.predict(x, raw_score=True, num_threads=THREADS), dtype=np.float64)


def check_uplift(target: Target, gate: Gate, evidence: Evidence) -> Verdict:
    """The verdict on uplifts of rows that were not learnt from: they order better than chance does."""
    treated = _arm(evidence.treated)
    low, high, sure = qini_interval(evidence.y, evidence.scores, treated, evidence.customers)
    if sure >= gate.confidence:
        return Verdict((), sure)
    told = {"confidence": percent(sure), "least": percent(gate.confidence)}
    between = {"low": round(low, 3), "high": round(high, 3)}
    return Verdict((Refusal.of("no_better_than_chance", target=target.name, **told, **between),), sure)


def _arm(treated: Mask | None) -> Mask:
    """Who was treated; nobody where it is not said."""
    return np.zeros(0, dtype=np.bool_) if treated is None else treated
