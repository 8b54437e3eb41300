"""Which versions had learnt from whom is computed anew from the rows that each was trained on."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from features.config.settings import Settings
from features.identity.fold import NEVER
from features.units import DAY
from tests.training.walk.test_dataset import AS_OF, EVENTS, LAPSE, OFFER, shop
from training.registry.versions import ModelVersion
from training.seen import models_that_saw


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Two customers, three versions of a model of lapse, and one of offers."""
    shop(tmp_path / "lake", *EVENTS)
    moments = {("lapse", 1): 42, ("lapse", 2): 49, ("lapse", 3): AS_OF, ("offer", 1): AS_OF}
    versions = [ModelVersion(name, n, (), day * DAY, "passed") for (name, n), day in moments.items()]
    newest = sorted(versions, key=lambda entry: (entry.name, -entry.version))
    monkeypatch.setattr("training.seen.listing", lambda _: newest)
    monkeypatch.setattr("training.seen.targets_of", lambda _: {"lapse": LAPSE, "offer": OFFER})
    return Settings.model_validate({"name": "Shop", "home": tmp_path, "sources": {}})


def test_a_version_saw_whom_it_had_a_label_of(settings: Settings) -> None:
    """By the tables of :mod:`tests.training.walk.test_dataset`: bob's first label is known on 42, ann's on 56."""
    seen = models_that_saw(settings, {"ann": ["ann"], "bob": ["bob"], "cat": ["cat"]})
    assert seen == {"ann": {"lapse": [3], "offer": [1]}, "bob": {"lapse": [1, 2, 3]}, "cat": {}}


def test_what_was_joined_to_somebody_later_was_not_theirs_then(settings: Settings) -> None:
    """Bob was a visitor until day 45: of what was known on 42 he is in no row, and those of 28 and 35 are not his."""
    names = {"ann": "ann", "bob": "anonymous_id:f00"}
    lake = shop(settings.lake, *((names[who], kind, day, value, of) for who, kind, day, value, of in EVENTS))
    persons = {"fragment": ["anonymous_id:f00"], "customer_id": ["bob"], "from": [45 * DAY], "to": [NEVER]}
    lake.write_people({"persons": pl.DataFrame(persons).with_columns(nobody_from=pl.lit(None, pl.Int64))})
    seen = models_that_saw(settings, {"bob": ["bob", "anonymous_id:f00"]})
    assert seen == {"bob": {"lapse": [3]}}
