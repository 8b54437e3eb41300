"""The learner: one LightGBM with settings that hold over small and large customer bases; nothing is searched."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

import lightgbm as lgb
import numpy as np

from features.arrays import Floats
from training.targets import ScoreKind

# Many small trees under a strong penalty, each on half of the rows and a tenth of the features: as good as a bag of
# three seeds on origins before the test days, where leaves, rounds and penalties about these all came out within 0.001
# AUC. Small trees keep reasons fast.
COMMON: Final[Mapping[str, object]] = {
    "learning_rate": 0.015,
    "num_leaves": 7,
    "min_data_in_leaf": 60,
    "lambda_l2": 20.0,
    "feature_fraction": 0.1,
    "bagging_fraction": 0.5,
    "bagging_freq": 1,
    "verbosity": -1,
    "seed": 7,
    "deterministic": True,
    "force_col_wise": True,
}
# An amount is an expected one, so that sums over customers mean something: Tweedie has the mean as its optimum, never
# falls below zero and allows for many exact zeros. (An L1 head has a lower MAE, but is 8 % too low in total.)
OBJECTIVE: Final[Mapping[ScoreKind, Mapping[str, object]]] = {
    "probability": {"objective": "binary"},
    "amount": {"objective": "tweedie", "tweedie_variance_power": 1.2},
}
ROUNDS: Final = 400
# A training fits up to three models at a time; threads that wait for each other on a busy machine cost more than they
# bring.
# LightGBM (4.7) keeps one number of threads for the whole process: whoever scores while others grow must name this one,
# or those who have made room for another number write past it and the process dies.
THREADS: Final = max(1, (os.cpu_count() or 1) // 3)


def parameters(score_kind: ScoreKind) -> dict[str, object]:
    """All of LightGBM's parameters but the number of threads."""
    return {**COMMON, **OBJECTIVE[score_kind], "num_iterations": ROUNDS}


def fit_trees(x: Floats, y: Floats, score_kind: ScoreKind) -> lgb.Booster:
    """Trees fitted to feature rows and labels."""
    target = np.maximum(y, 0.0) if score_kind == "amount" else y
    return lgb.train({**parameters(score_kind), "num_threads": THREADS}, lgb.Dataset(x, target))
