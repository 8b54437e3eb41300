"""Succession: whether a model that passed the gate takes the champion's place."""

from __future__ import annotations

import numpy as np

from features.arrays import Floats, Mask
from features.config.sections.targets.targets import Gate
from features.moments import day
from features.units import DAY
from training.learners.model import Model
from training.learners.trees import THREADS
from training.metrics.amounts import normalised_gini
from training.metrics.bootstrap import share_better
from training.metrics.probability import auc
from training.metrics.qini import qini
from training.targets import ScoreKind
from training.verdict.gate import Refusal, percent
from training.walk.dataset import Dataset
from training.walk.walk_forward import WalkForward

NOT_BETTER = "not_better_than_champion"


def succession(model: Model, champion: Model | None, gate: Gate, walk: WalkForward) -> list[Refusal]:
    """Why a model does not replace the champion, if it does not.

    A champion that is older than ``gate.renew`` makes way, and so does one that cannot be compared: it was made for
    another target or on other features, or nothing has come true that it had not seen, as of outcomes without a time.
    """
    if champion is None:
        return []
    if champion.as_of > model.as_of:
        return [_older(model, champion)]
    if walk.folds:  # there is no later outcome that the champion had not seen
        return []
    same = (champion.target, champion.feature_set_hash) == (model.target, model.feature_set_hash)
    if not same or model.as_of - champion.as_of > gate.renew:
        return []
    return _worse(champion, gate, walk)


def unseen(rows: Dataset, champion: Model) -> Mask:
    """Which rows the champion cannot have learnt from: their outcome was not known when it was trained."""
    return np.asarray(rows.known_at > champion.as_of, dtype=np.bool_)


def _worse(champion: Model, gate: Gate, walk: WalkForward) -> list[Refusal]:
    """The refusal of a model that orders the latest customers worse than the champion does, beyond chance."""
    mask, kind, name = unseen(walk.test, champion), champion.score_kind, champion.name
    rows, scores = walk.test.where(mask), walk.test_scores[mask]
    if not len(rows):
        return []
    rival = champion.predict(rows.x, num_threads=THREADS)
    sure = share_better(kind, rows.y, rival, scores, rows.customers, treated=rows.treated)
    if sure < gate.confidence:
        return []
    case = {"amount": {"case": "amounts"}, "uplift": {"case": "uplifts"}}.get(kind, {})
    told = {"rows": len(rows), "champion": str(champion.version), "days": gate.renew // DAY}
    told |= {"figure": round(_quality(rows, scores, kind), 3), "rival": round(_quality(rows, rival, kind), 3)}
    told |= {"confidence": percent(sure), "most": percent(gate.confidence)}
    return [Refusal.of(NOT_BETTER, target=name, **case, **told)]


def _quality(rows: Dataset, scores: Floats, kind: ScoreKind) -> float:
    """The figure that tells best how well scores order rows."""
    if rows.treated is not None:
        return float(qini(rows.y, scores, rows.treated, np.ones((1, len(rows))))[0])
    return normalised_gini(rows.y, scores) if kind == "amount" else auc(rows.y, scores)


def _older(model: Model, champion: Model) -> Refusal:
    """A model of the past is no successor of one that knows more."""
    told = {"champion": day(champion.as_of), "own": day(model.as_of)}
    return Refusal.of("older_than_champion", target=model.name, **told)
