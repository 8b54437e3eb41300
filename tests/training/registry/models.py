"""A model small enough to register many times, and settings of a home that holds its registry."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from features.config.settings import Settings
from features.units import DAY
from training.learners.blend import Blend
from training.learners.calibration import Platt
from training.learners.model import Model, quantiles
from training.learners.trees import fit_trees
from training.targets.lapse import Lapse

X = np.random.default_rng(2).normal(size=(200, 2))
LAPSE = Lapse("lapse", event="order", horizon_us=28 * DAY, active_us=56 * DAY)
MODEL = Model(
    "lapse", 0, LAPSE, Blend({"trees": fit_trees(X, (X[:, 0] > 0).astype(np.float64), "probability")}), Platt(),
    ("a", "b"), "cafe", quantiles(X[:, 0]), 77,
)  # fmt: skip


def settings_in(folder: Path, targets: Mapping[str, object] | None = None) -> Settings:
    """Settings whose home is that folder, with a target of lapse or with these."""
    declared = targets or {"lapse": {"type": "lapse"}}
    document = {"name": "Corner shop", "home": str(folder), "sources": {}, "targets": declared}
    return Settings.model_validate(document)
