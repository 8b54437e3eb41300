"""Drift of features: how customers as they are now differ from those that a model was made for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from features.arrays import Floats, Mask
from features.config.settings import Settings
from training.learners.model import Model
from training.metrics.stability import Bands
from training.registry.artifacts import file_of
from training.registry.versions import features_of
from training.targets import CUSTOMER

BANDS: Final = "feature_bands.json"


@dataclass(frozen=True)
class FeatureDrift:
    """How far a feature has moved (:meth:`training.metrics.stability.Bands.drift`)."""

    feature: str
    drift: float


def bands_text(names: Sequence[str], base: Floats) -> str:
    """How each feature lies among the customers whom a model is made for, as JSON."""
    return json.dumps({name: asdict(Bands.of(column)) for name, column in zip(names, base.T, strict=True)})


def feature_drifts(settings: Settings, model: Model) -> list[FeatureDrift]:
    """Each feature of a model that the last build's profiles have, what has moved most first.

    Of these profiles those count whom the model would score. Nothing is told without profiles, of a version that kept
    no bands, and of models of contacts, which are about few customers at a time.
    """
    files = sorted(settings.profiles.glob("*.parquet"))
    kept = file_of(settings, model.name, model.version, BANDS) if files else None
    if kept is None or model.target.entity != CUSTOMER:
        return []
    bands = {name: Bands(**each) for name, each in json.loads(kept.read_text(encoding="utf-8")).items()}
    return _drifts(files[-1], bands, _inside(settings, model, files[-1]))


def _drifts(file: Path, bands: Mapping[str, Bands], inside: Mask) -> list[FeatureDrift]:
    here = set(pl.read_parquet_schema(file))
    found = [
        FeatureDrift(name, each.drift(_column(file, name)[inside])) for name, each in bands.items() if name in here
    ]
    return sorted((each for each in found if not np.isnan(each.drift)), key=lambda each: (-each.drift, each.feature))


def _inside(settings: Settings, model: Model, file: Path) -> Mask:
    """Which of the profiles the model would score."""
    feature_set = features_of(settings, model)
    population = model.target.population(feature_set)
    if population.column is None:
        return np.ones(pl.scan_parquet(file).select(pl.len()).collect().item(), dtype=np.bool_)
    return np.asarray(_column(file, feature_set.names[population.column]) < population.limit, dtype=np.bool_)


def _column(file: Path, name: str) -> Floats:
    """A feature of all profiles: one at a time has room in memory."""
    column = pl.scan_parquet(file).select(pl.col(name).cast(pl.Float64).fill_null(np.nan)).collect()
    return column[name].to_numpy()
