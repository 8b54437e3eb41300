"""The walk through time that turns a dataset into a model and the evidence for it.

At a moment T only rows whose labels were known by T exist. They are cut at two moments, ``early`` < ``late``:

1. a first model learns from what was known at ``early`` and scores the rows from ``early`` on that were known by
   ``late``; its calibration is fitted on them;
2. a second model learns from what was known at ``late`` and scores the rows from ``late`` on: with the calibration of
   step 1 this is the evidence that the gate judges, and without it, the next time block to calibrate on;
3. the final model learns from everything known at T; its calibration is fitted on the scores of step 2.

A model of a moment learns from past rows in that moment's terms (:meth:`Dataset.aligned_to`).

So no score that is judged or calibrated on comes from a model that had seen its moment. The cuts are the latest ones
that leave enough outcomes in each block. Without enough for step 1 its calibration is left out, and the gate judges
raw scores. Amounts need no calibration, hence no step 1.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np

from features.arrays import Floats
from training.dataset import Dataset
from training.learners.calibration import BLOCK_PRIOR, Platt, fit_platt
from training.learners.model import raw_scores
from training.learners.trees import THREADS, fit_trees
from training.targets import ScoreKind

WORKERS = 3


@dataclass(frozen=True)
class WalkForward:
    """The final trees and calibration, and beside them the test: out-of-time rows from ``test_start`` on, scored."""

    booster: lgb.Booster
    calibration: Platt
    test: Dataset
    test_scores: Floats
    test_start: int


def block_start(rows: Dataset, score_kind: ScoreKind, *, outcomes: int) -> int | None:
    """The latest moment from which on the rows hold that many of each class (of amounts above 0), or None.

    There must be half as many known before it, and at least one, to learn from.
    """
    for moment in np.unique(rows.as_of)[::-1]:
        block = rows.where(rows.as_of >= moment)
        if outcome_count(block, score_kind) >= outcomes:
            before = outcome_count(rows.known_by(int(moment)), score_kind)
            return int(moment) if before >= max(outcomes // 2, 1) else None
    return None


def outcome_count(rows: Dataset, score_kind: ScoreKind) -> int:
    """The number of outcomes of the rarer class; of amounts, those above 0."""
    y = rows.y[rows.fresh]
    positive = int(np.sum(y > 0))
    return positive if score_kind == "amount" else min(positive, len(y) - positive)


def walk_forward(rows: Dataset, score_kind: ScoreKind, *, as_of: int, outcomes: int) -> WalkForward | None:
    """The protocol above on rows known by ``as_of``; None when no block holds that many outcomes."""
    usable = rows.known_by(as_of)
    late = block_start(usable, score_kind, outcomes=outcomes)
    if late is None:
        return None
    with ThreadPoolExecutor(WORKERS) as pool:  # the three models do not need each other
        final = pool.submit(_trees, rows, score_kind, at=as_of)
        before = pool.submit(_calibration_at, usable, late, outcomes=outcomes) if score_kind == "probability" else None
        raw, test = _scores_after(usable, score_kind, since=late)
        if before is None:
            return WalkForward(final.result(), Platt(), test, raw, late)
        calibration = fit_platt(raw, test.y, precision=BLOCK_PRIOR)
        return WalkForward(final.result(), calibration, test, before.result().apply(raw), late)


def _scores_after(rows: Dataset, score_kind: ScoreKind, *, since: int) -> tuple[Floats, Dataset]:
    """The raw scores that a model of what was known at a moment gives the rows from then on, and these rows."""
    block = rows.where(rows.as_of >= since)
    return raw_scores(_trees(rows, score_kind, at=since), block.x, score_kind, num_threads=THREADS), block


def _trees(rows: Dataset, score_kind: ScoreKind, *, at: int) -> lgb.Booster:
    past = rows.aligned_to(at)
    return fit_trees(past.x, past.y, score_kind)


def _calibration_at(rows: Dataset, late: int, *, outcomes: int) -> Platt:
    """The calibration that could be had at ``late``."""
    past = rows.known_by(late)
    early = block_start(past, "probability", outcomes=outcomes)
    if early is None:
        return Platt()
    raw, block = _scores_after(past, "probability", since=early)
    return fit_platt(raw, block.y, precision=BLOCK_PRIOR)
