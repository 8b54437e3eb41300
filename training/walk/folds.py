"""Random folds of customers, where all outcomes are of one moment and no time can stand behind a test.

Of five parts of the customers each is scored by learners that learnt from the other four. On the scores of those four
the race is run and the spread told for the fifth, so that nothing that is judged was chosen by its own outcome; the
final model learns from all, and is chosen and calibrated on all these scores.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from features.arrays import Floats, Ints, Mask
from training.learners.blend import Blend
from training.learners.calibration import Platt, fit_platt
from training.learners.scorer import Learner
from training.learners.trees import THREADS
from training.targets import ScoreKind
from training.walk.dataset import Dataset
from training.walk.race import Entry, run_race, winner
from training.walk.ranges import ranges_by_folds
from training.walk.walk_forward import ALL, TINY, WalkForward, named, outcome_count

FOLDS: Final = 5
_PLAIN: Final = "plain_trees"  # as good as trees where nothing is aligned


def by_folds(
    rows: Dataset, score_kind: ScoreKind, *, outcomes: int, learners: Sequence[Learner] = ALL, seed: int = 7
) -> WalkForward | None:
    """The protocol above on rows whose outcome is known; None without that many outcomes to learn from."""
    if outcome_count(rows, score_kind) < max(outcomes, FOLDS):
        return None
    running, fold = [each for each in learners if each.name != _PLAIN and not each.by_orders], folds_of(rows, seed=seed)
    raw = {learner.name: np.empty(len(rows)) for learner in running}
    for part in range(FOLDS):
        fitted = _fit(rows.where(fold != part), running, score_kind)
        for name, scorer in fitted.members.items():
            raw[name][fold == part] = scorer.raw(rows.x[fold == part], num_threads=THREADS)
    scores = np.empty(len(rows))
    for part in range(FOLDS):
        here = fold == part
        _, best, spread = _chosen(raw, rows, ~here, score_kind)
        scores[here] = spread.apply(_mean(raw, best)[here], score_kind)
    race, best, spread = _chosen(raw, rows, np.ones(len(rows), dtype=np.bool_), score_kind)
    moment = int(rows.as_of.max())
    between = ranges_by_folds(rows, fold) if score_kind == "amount" else None
    final = _fit(rows, named(running, best), score_kind)
    return WalkForward(final, spread, rows, scores, moment, race, ranges=between, folds=FOLDS)


def folds_of(rows: Dataset, *, seed: int) -> Ints:
    """The part of each row's customer, the same for all rows of one; parts hold equally many customers."""
    customers, place = np.unique(rows.customers, return_inverse=True)
    parts = np.arange(len(customers)) % FOLDS
    return np.asarray(np.random.default_rng(seed).permutation(parts)[place], dtype=np.int64)


def _chosen(
    raw: Mapping[str, Floats], rows: Dataset, told: Mask, score_kind: ScoreKind
) -> tuple[list[Entry], tuple[str, ...], Platt]:
    """The race on the rows that are told, the winner's learners, and how its scores are to be stretched and shifted."""
    y = rows.y[told]
    race = run_race({name: scores[told] for name, scores in raw.items()}, y, rows.customers[told], score_kind)
    best = winner(race).learners
    scores = _mean(raw, best)[told]
    if score_kind == "amount":
        return race, best, Platt().at_level(scores, max(float(y.mean()), TINY), score_kind)
    return race, best, fit_platt(scores, y)


def _mean(raw: Mapping[str, Floats], names: Iterable[str]) -> Floats:
    return np.asarray(np.mean([raw[name] for name in names], axis=0), dtype=np.float64)


def _fit(rows: Dataset, learners: Sequence[Learner], score_kind: ScoreKind) -> Blend:
    labels = rows.relative if score_kind == "amount" else rows.y
    return Blend({each.name: each.fitted(rows.x, labels, score_kind, rows.codes) for each in learners})
