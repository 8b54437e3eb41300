"""Trees: one LightGBM with settings that hold over small and large customer bases; nothing is searched."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, Self

import lightgbm as lgb
import numpy as np

from features.arrays import Floats
from training.targets.frame.target import ScoreKind

SHARE_OF_FEATURES: Final = 0.1  # that each tree looks at
# Many small trees under a strong penalty, each on half of the rows and a tenth of the features: as good as a bag of
# three seeds on origins before the test days, where leaves, rounds and penalties about these all came out within 0.001
# AUC. Small trees keep reasons fast.
COMMON: Final[Mapping[str, object]] = {
    "learning_rate": 0.015,
    "num_leaves": 7,
    "min_data_in_leaf": 60,
    "lambda_l2": 20.0,
    "feature_fraction": SHARE_OF_FEATURES,
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
    "uplift": {"objective": "regression"},
}
ROUNDS: Final = 400
LEAST_FEATURES: Final = 6  # that each tree may look at: of a narrow table a tenth would be one or two
# A training fits three or four models at a time; threads that wait for each other on a busy machine cost more than they
# bring.
# LightGBM (4.7) keeps one number of threads for the whole process: whoever scores while others grow must name this one,
# or those who have made room for another number write past it and the process dies.
THREADS: Final = max(1, (os.cpu_count() or 1) // 3)


@dataclass(frozen=True)
class Trees:
    """Fitted trees."""

    suffix: ClassVar[str] = "txt"

    booster: lgb.Booster

    def raw(self, x: Floats, *, num_threads: int = 1) -> Floats:
        """The sum of the leaves of each row."""
        return np.asarray(self.booster.predict(x, raw_score=True, num_threads=num_threads), dtype=np.float64)

    def contributions(self, x: Floats, *, num_threads: int = 1) -> Floats:
        """SHAP values (Lundberg et al. 2018), ``[row, feature]``."""
        parts = np.asarray(self.booster.predict(x, pred_contrib=True, num_threads=num_threads), dtype=np.float64)
        return parts[:, :-1]

    def importance(self) -> Floats:
        """Each feature's share of the total gain."""
        gain = self.booster.feature_importance(importance_type="gain").astype(np.float64)
        return gain / (gain.sum() or 1.0)

    def text(self) -> str:
        """LightGBM's own text."""
        return self.booster.model_to_string()

    @classmethod
    def read(cls, text: str) -> Self:
        """Trees from LightGBM's own text."""
        return cls(lgb.Booster(model_str=text))


def parameters(score_kind: ScoreKind, features: int) -> dict[str, object]:
    """All of LightGBM's parameters for so many features, but the number of threads.

    >>> [parameters("probability", features)["feature_fraction"] for features in (300, 30, 3)]
    [0.1, 0.2, 1.0]
    """
    fraction = max(SHARE_OF_FEATURES, min(LEAST_FEATURES / max(features, 1), 1.0))
    return {**COMMON, **OBJECTIVE[score_kind], "feature_fraction": fraction, "num_iterations": ROUNDS}


def fit_trees(x: Floats, y: Floats, score_kind: ScoreKind) -> Trees:
    """Trees fitted to feature rows and labels."""
    target = np.maximum(y, 0.0) if score_kind == "amount" else y
    settings = parameters(score_kind, x.shape[1])
    return Trees(lgb.train({**settings, "num_threads": THREADS}, lgb.Dataset(x, target)))
