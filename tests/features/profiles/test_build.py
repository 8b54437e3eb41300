"""A build on real households: sources in, profiles out, the same twice."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from features import FeatureSet, Lake, StamkundError, build, profiles_at, read_settings
from features.moments import micros
from features.profiles.records import records
from tests.sample import sample_config

NOW = micros(date(2017, 12, 3))


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_config(tmp_path_factory.mktemp("shop"), every=50)


def test_a_build_writes_what_it_returns_and_building_twice_changes_nothing(config: Path) -> None:
    settings = read_settings(config)
    first = build(settings, as_of=NOW)
    second = build(settings, as_of=NOW)
    assert first.report.rejected == 0
    assert first.report.version == second.report.version
    assert first.feature_set == second.feature_set == FeatureSet.load(settings.feature_set)
    assert pl.read_parquet(second.path).equals(first.profiles, null_equal=True)
    assert first.profiles["customer_id"].is_unique().all()


def test_every_real_customers_record_gives_the_frames_row(config: Path) -> None:
    settings = read_settings(config)
    build(settings, as_of=NOW)
    lake, fitted = Lake(settings.lake), FeatureSet.load(settings.feature_set)
    moment = micros(date(2017, 9, 10))
    rows = profiles_at(lake, fitted, as_of=moment)
    live = {c: repr(fitted.online.vector(r, as_of=moment).tolist()) for c, r in records(lake, as_of=moment)}
    batch = {row[0]: repr(list(row[1:])) for row in rows.drop("as_of").iter_rows()}
    assert batch == {c: live[c] for c in batch}
    assert len(batch) > 40


def test_a_moment_before_the_first_event_is_refused_with_the_span_of_the_data(config: Path) -> None:
    with pytest.raises(StamkundError, match="The events reach from 2016-") as caught:
        build(read_settings(config), as_of=micros(date(2001, 1, 1)))
    assert caught.value.code == "no_customers"


def test_stages_that_were_changed_ask_for_fitting_anew(tmp_path: Path) -> None:
    config = sample_config(tmp_path, every=200)
    build(read_settings(config), as_of=NOW)
    changed = read_settings(sample_config(tmp_path, every=200, features={"stages": {"lapsed": 6}}))
    before = Lake(changed.lake).version
    changed.sources["basket"] = changed.sources.pop(next(iter(changed.sources)))  # another name: all would be read anew
    with pytest.raises(StamkundError, match="stamkund build --refit") as caught:
        build(changed, as_of=NOW)
    assert caught.value.code == "features_changed"
    assert Lake(changed.lake).version == before, "a build that is refused has read nothing"
    assert 6.0 in build(changed, as_of=NOW, refit=True).feature_set.feature("stage").parameters


@pytest.mark.slow
def test_features_of_another_time_zone_ask_for_fitting_anew(tmp_path: Path) -> None:
    build(read_settings(sample_config(tmp_path, every=200)), as_of=NOW)
    abroad = read_settings(sample_config(tmp_path, every=200, timezone="America/New_York"))
    with pytest.raises(StamkundError, match="stamkund build --refit") as caught:
        build(abroad, as_of=NOW)
    assert caught.value.code == "features_changed"
    assert build(abroad, as_of=NOW, refit=True).feature_set.timezone == "America/New_York"


def test_a_corrupt_feature_set_ends_the_build_before_anything_is_read_and_fitting_anew_mends_it(tmp_path: Path) -> None:
    settings = read_settings(sample_config(tmp_path, every=200))
    first = build(settings, as_of=NOW)
    settings.feature_set.write_text(first.feature_set.dumps()[:-100])
    with pytest.raises(StamkundError, match=r"features\.json is corrupt") as caught:
        build(settings, as_of=NOW)
    assert caught.value.code == "feature_set_corrupt"
    assert build(settings, as_of=NOW, refit=True).feature_set == FeatureSet.load(settings.feature_set)


def test_features_are_fitted_anew_only_by_a_build_that_ends_well(tmp_path: Path) -> None:
    settings = read_settings(sample_config(tmp_path, every=200))
    first = build(settings, as_of=NOW)

    def fail(_: object) -> None:
        raise OSError

    fewer = settings.model_copy(update={"features": settings.features.model_copy(update={"categories": 1})})
    with pytest.raises(OSError):
        build(fewer, as_of=NOW, refit=True, after=fail)
    assert FeatureSet.load(settings.feature_set) == first.feature_set


def test_while_a_build_runs_another_is_refused(tmp_path: Path) -> None:
    settings = read_settings(sample_config(tmp_path, every=200))

    def again(_: object) -> None:
        with pytest.raises(StamkundError, match="Another build is writing") as caught:
            build(settings, as_of=NOW)
        assert caught.value.code == "lake_busy"

    assert build(settings, as_of=NOW, after=again).customers > 0
