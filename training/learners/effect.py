"""Effect: trees that learn what being treated changes, from customers who were treated or not by chance.

Nobody is seen treated and untreated, so that there is no label. With a share ``p`` of the treated and ``m`` the outcome
that a customer's features make likely, whoever is treated, ``(y − m) / (t − p)`` is the effect on average of any group;
regressed on features with the weights ``(t − p)²`` it is learnt as such (the R-learner: Nie & Wager 2021). Against two
models of the arms and their difference (T), its noise is less, and what cannot be told is drawn to the mean effect;
against an X-learner it is one model of one scale, as quick to ask as any other, whose SHAP values add up to the uplift.
"""

from __future__ import annotations

from typing import Final

import lightgbm as lgb
import numpy as np

from features.arrays import Floats, Ints, Mask
from training.learners.calibration import Platt
from training.learners.trees import THREADS, Trees, fit_trees, parameters
from training.targets.frame.target import ScoreKind

EFFECT: Final = "effect"
ROUNDS: Final = 200  # fewer trees than for outcomes: effects differ less than outcomes do


def fit_effect(x: Floats, y: Floats, treated: Mask, likely: Floats, share: float) -> Trees:
    """Trees of the effect; ``likely`` is the outcome of each row by a model that has not seen it."""
    effect, weight = told_effects(y, treated, likely, share)
    settings = {**parameters("uplift", x.shape[1]), "num_iterations": ROUNDS, "num_threads": THREADS}
    return Trees(lgb.train(settings, lgb.Dataset(x, effect, weight=weight)))


def told_effects(y: Floats, treated: Mask, likely: Floats, share: float) -> tuple[Floats, Floats]:
    """What each row tells of the effect, and how much it weighs; weights have a mean of about 1.

    >>> told, weights = told_effects(np.array([1.0, 1.0]), np.array([True, False]), np.array([0.5, 0.5]), 0.5)
    >>> told.tolist(), weights.tolist()
    ([1.0, -1.0], [1.0, 1.0])
    """
    away = treated - share
    weight = away**2 / (share * (1 - share))
    return np.asarray((y - likely) / away, dtype=np.float64), np.asarray(weight, dtype=np.float64)


def fit_outcome(x: Floats, y: Floats) -> Trees:
    """Trees of the outcome: its chance, or its mean where it is an amount."""
    return fit_trees(x, y, outcome_kind(y))


def outcome_kind(y: Floats) -> ScoreKind:
    """Whether outcomes happen or are amounts."""
    return "probability" if np.isin(y, (0.0, 1.0)).all() else "amount"


def likely_outcomes(x: Floats, y: Floats, fold: Ints, among: Mask | None = None) -> Floats:
    """The outcome that features make likely, of each row by trees of the other folds; of some rows, if any are said."""
    found, those = np.empty(len(y)), np.ones(len(y), dtype=np.bool_) if among is None else among
    for part in np.unique(fold):
        here = fold == part
        trees = fit_outcome(x[~here & those], y[~here & those])
        found[here] = Platt().apply(trees.raw(x[here], num_threads=THREADS), outcome_kind(y))
    return found


def spread_of(scores: Floats, effect: Floats, weight: Floats) -> Platt:
    """How scores are to be stretched and shifted until they are the effects told, at the least weighted squared error.

    Scores that run the wrong way tell nothing: they become the mean effect.

    >>> scores = np.array([1.0, 3.0])
    >>> spread_of(scores, effect=np.array([2.0, 6.0]), weight=np.ones(2)).apply(scores, "uplift").tolist()
    [2.0, 6.0]
    >>> spread_of(scores, effect=np.array([6.0, 2.0]), weight=np.ones(2)).apply(scores, "uplift").tolist()
    [4.0, 4.0]
    """
    middle, mean = np.average(scores, weights=weight), np.average(effect, weights=weight)
    width = float(np.average((scores - middle) ** 2, weights=weight))
    together = float(np.average((scores - middle) * (effect - mean), weights=weight))
    slope = max(together / width, 0.0) if width > 0 else 0.0
    return Platt(slope, float(mean - slope * middle))
