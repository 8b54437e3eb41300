"""The walk through time that turns a table into a model and the evidence for it.

At a moment T only rows whose labels were known by T exist. They are cut at two moments, ``early`` < ``late``:

1. a first model learns from what was known at ``early`` and scores the rows from ``early`` on that were known by
   ``late``; its calibration is fitted on them;
2. a second model learns from what was known at ``late`` and scores the rows from ``late`` on: with the calibration of
   step 1 this is the evidence that the gate judges, and without it, the next time block to calibrate on;
3. the final model learns from everything known at T; its calibration is fitted on the scores of step 2.

A model of a moment is told all past rows in that moment's terms (:meth:`Table.lessons`).

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
from training.dataset import Table
from training.learners.calibration import DRIFT, Platt, fit_platt
from training.learners.model import raw_scores
from training.learners.trees import grow
from training.targets.targets import Kind

WORKERS = 3
THREADS = 2


@dataclass(frozen=True)
class Fit:
    """The final trees and calibration, and the calibrated out-of-time scores that speak for them."""

    booster: lgb.Booster
    calibration: Platt
    evidence: Table
    scores: Floats
    late: int


def block_start(rows: Table, kind: Kind, *, outcomes: int) -> int | None:
    """The latest moment from which on the rows hold that many of each class (of amounts above 0), None without one.

    There must be half as many known before it, to learn from.
    """
    for moment in np.unique(rows.as_of)[::-1]:
        block = rows.where(rows.as_of >= moment)
        if fewest(block, kind) >= outcomes:
            return int(moment) if fewest(rows.known_by(int(moment)), kind) >= outcomes // 2 else None
    return None


def fewest(rows: Table, kind: Kind) -> int:
    """The number of outcomes of the rarer class; of amounts, those above 0."""
    y = rows.y[rows.fresh]
    positive = int(np.sum(y > 0))
    return positive if kind == "amount" else min(positive, len(y) - positive)


def fit(rows: Table, kind: Kind, *, as_of: int, outcomes: int) -> Fit | None:
    """The protocol above on rows known by ``as_of``; None when no block holds that many outcomes."""
    usable = rows.known_by(as_of)
    late = block_start(usable, kind, outcomes=outcomes)
    if late is None:
        return None
    with ThreadPoolExecutor(WORKERS) as pool:  # the three models do not need each other
        final = pool.submit(_grown, rows, kind, at=as_of)
        before = pool.submit(_calibrated_before, usable, late, outcomes=outcomes) if kind == "probability" else None
        raw, evidence = _forward(usable, kind, since=late)
        if before is None:
            return Fit(final.result(), Platt(), evidence, raw, late)
        calibration = fit_platt(raw, evidence.y, pull=DRIFT)
        return Fit(final.result(), calibration, evidence, before.result().apply(raw), late)


def _forward(rows: Table, kind: Kind, *, since: int) -> tuple[Floats, Table]:
    """The raw scores that a model of what was known at a moment gives the rows from then on, and these rows."""
    block = rows.where(rows.as_of >= since)
    return raw_scores(_grown(rows, kind, at=since), block.x, kind, num_threads=THREADS), block


def _grown(rows: Table, kind: Kind, *, at: int) -> lgb.Booster:
    past = rows.lessons(at)
    return grow(past.x, past.y, kind)


def _calibrated_before(rows: Table, late: int, *, outcomes: int) -> Platt:
    """The calibration that could be had at ``late``."""
    known = rows.known_by(late)
    early = block_start(known, "probability", outcomes=outcomes)
    if early is None:
        return Platt()
    raw, block = _forward(known, "probability", since=early)
    return fit_platt(raw, block.y, pull=DRIFT)
