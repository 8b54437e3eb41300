"""The drift of features: told by hand of a few profiles, of those whom the model would score."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from features.config.settings import Settings
from features.language.feature import since
from features.language.terms import Measure, where
from features.profiles.fitted.feature_set import FeatureSet
from tests.training.registry.models import MODEL, settings_in
from training.learners.model import Model
from training.verdict import drift as module
from training.verdict.drift import BANDS, bands_text, feature_drifts

ORDER = where(kind="order")
LAST = since("days_since_last_order", Measure("max", "time", ORDER), "days since the last order")


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A model of customers whose last order is at most 56 days ago; then a feature was 0 to 9, evenly, the other 1."""
    settings = settings_in(tmp_path)
    monkeypatch.setattr(module, "features_of", lambda *_: FeatureSet((LAST,), fitted_at=0))
    kept = tmp_path / BANDS
    base = np.stack([np.arange(1000.0) % 10, np.ones(1000)], axis=1)
    kept.write_text(bands_text(("days_since_last_order", "gone"), base))
    monkeypatch.setattr(module, "file_of", lambda *_: kept)
    return settings


def write(settings: Settings, days: list[float | None]) -> None:
    settings.profiles.mkdir(exist_ok=True)
    frame = pl.DataFrame({"days_since_last_order": days}, schema={"days_since_last_order": pl.Float64})
    frame.write_parquet(settings.profiles / "2025-01-01.parquet")


def test_who_lies_as_before_has_not_moved_and_others_are_not_asked(company: Settings) -> None:
    write(company, [float(n) for n in range(10)] + [60.0] * 50 + [None])
    (told,) = feature_drifts(company, MODEL)
    assert told.feature == "days_since_last_order"
    assert told.drift == pytest.approx(0.0)


def test_it_is_the_population_stability_index(company: Settings) -> None:
    """Of ten bands of a tenth each, the lowest has moved up into the next."""
    write(company, [1.0, *(float(n) for n in range(1, 10))])
    (told,) = feature_drifts(company, MODEL)
    empty, double = (1e-4 - 0.1) * np.log(1e-4 / 0.1), (0.2 - 0.1) * np.log(0.2 / 0.1)
    assert told.drift == pytest.approx(empty + double)


def test_without_profiles_or_what_was_kept_nothing_is_told(company: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    model: Model = MODEL
    assert feature_drifts(company, model) == []
    write(company, [1.0])
    monkeypatch.setattr(module, "file_of", lambda *_: None)
    assert feature_drifts(company, model) == []
