from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from features.config.settings import Settings
from features.errors import StamkundError
from features.profiles.fitted.feature_set import FeatureSet
from tests.training.registry.models import MODEL, X, settings_in
from training.registry.client import registry_client
from training.registry.promotion import challenge, promote, rollback
from training.registry.runs import register
from training.registry.versions import BY_FOLDS, champion, champion_versions, champions, listing, load


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_in(tmp_path_factory.mktemp("registry"))


@pytest.fixture(scope="module")
def versions(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> list[int]:
    """Two versions that passed the gate, then one that did not; each is of a moment later than the one before."""
    folder = tmp_path_factory.mktemp("beside")
    (folder / "note.txt").write_text("hello")
    both = {
        "parameters": {"rows": 200},
        "figures": {"auc": 0.9, "unknown": float("nan")},
        "folder": folder,
        "fingerprint": "f",
    }
    made = [(replace(MODEL, as_of=as_of), codes) for as_of, codes in ((77, []), (78, []), (79, ["not_calibrated"]))]
    return [register(settings, model, refusals=codes, **both) for model, codes in made]  # type: ignore[arg-type]


def test_asking_an_absent_registry_creates_nothing(tmp_path: Path) -> None:
    assert champions(settings_in(tmp_path)) == {}
    assert listing(settings_in(tmp_path)) == []
    assert list(tmp_path.iterdir()) == []


def test_promotion_and_rollback(settings: Settings, versions: list[int]) -> None:
    assert versions == [1, 2, 3]
    assert champion_versions(settings) == {}
    assert champion(settings, "lapse") is None
    promote(settings, "lapse", 1)
    with pytest.raises(StamkundError, match="no previous champion") as none_before:
        rollback(settings, "lapse")
    assert none_before.value.code == "no_previous_champion"
    promote(settings, "lapse", 2)
    promote(settings, "lapse", 2)  # again: the one before stays
    shown = [(entry.version, entry.aliases, entry.gate, entry.as_of) for entry in listing(settings)]
    assert shown == [(3, (), "not_calibrated", 79), (2, ("champion",), "passed", 78), (1, ("previous",), "passed", 77)]
    assert rollback(settings, "lapse") == 1
    assert champion_versions(settings) == {"lapse": 1}
    assert champion(settings, "lapse").as_of == 77  # type: ignore[union-attr]
    assert rollback(settings, "lapse") == 2  # and back
    assert champion(settings, "lapse").as_of == 78  # type: ignore[union-attr]
    assert champions(settings)["lapse"].version == 2


def test_an_override_is_recorded_and_is_for_what_was_refused(
    settings: Settings, versions: list[int], tmp_path: Path
) -> None:
    assert versions
    copy = settings.model_copy(update={"home": shutil.copytree(settings.home, tmp_path / "copy")})
    for version, reason, code in ((1, "why not", "nothing_to_override"), (3, " ", "no_reason")):
        with pytest.raises(StamkundError) as refused:
            promote(copy, "lapse", version, override=reason)
        assert refused.value.code == code
    promote(copy, "lapse", 3, override="the season has begun")
    assert champion_versions(copy) == {"lapse": 3}
    with registry_client(copy) as client:
        tags = client.get_model_version("lapse", "3").tags
    assert (tags["override_of"], tags["override_reason"]) == ("not_calibrated", "the season has begun")
    assert tags["override_at"] == tags["promoted_at"] == listing(copy)[0].promoted_at


def test_a_challenger_is_known_until_it_or_another_is_promoted(
    settings: Settings, versions: list[int], tmp_path: Path
) -> None:
    assert versions
    copy = settings.model_copy(update={"home": shutil.copytree(settings.home, tmp_path / "copy")})
    promote(copy, "lapse", 1)
    challenge(copy, "lapse", 2)
    assert [entry.version for entry in listing(copy) if "challenger" in entry.aliases] == [2]
    promote(copy, "lapse", 2)
    assert [entry.aliases for entry in listing(copy)] == [(), ("champion",), ("previous",)]


@pytest.mark.parametrize(
    ("name", "version", "code", "words"),
    [
        ("lapse", 3, "gate_not_passed", "not_calibrated"),
        ("lapse", 9, "unknown_version", "Known: 1, 2, 3"),
        ("laps", 1, "unknown_model", "did you mean 'lapse'?"),
    ],
)
def test_promotion_is_refused(
    settings: Settings, versions: list[int], name: str, version: int, *, code: str, words: str
) -> None:
    assert versions
    with pytest.raises(StamkundError) as refused:
        promote(settings, name, version)
    assert refused.value.code == code
    assert words in str(refused.value)


def test_what_comes_back_scores_the_same(settings: Settings, versions: list[int]) -> None:
    loaded = load(settings, "lapse", versions[1])
    assert loaded.version == 2
    assert loaded.predict(X).tolist() == MODEL.predict(X).tolist()


@pytest.mark.filterwarnings("ignore::UserWarning:mlflow")  # of MLflow's own type hints
def test_mlflow_loads_it_too(settings: Settings, versions: list[int]) -> None:
    import mlflow  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415

    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(settings.registry_url)
    try:
        frame = pd.DataFrame(X, columns=["a", "b"])
        scores = mlflow.pyfunc.load_model(f"models:/lapse/{versions[0]}").predict(frame)
    finally:
        mlflow.set_tracking_uri(before)
    assert list(scores) == MODEL.predict(X).tolist()


def test_nothing_is_said_on_the_terminal(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    settings = settings_in(tmp_path / "home")
    (tmp_path / "files").mkdir()
    beside = {"refusals": [], "fingerprint": "f", "tested": BY_FOLDS}
    register(settings, MODEL, parameters={}, figures={}, folder=tmp_path / "files", **beside)  # type: ignore[arg-type]
    promote(settings, "lapse", 1)
    assert champion_versions(settings) == {"lapse": 1}
    assert [entry.tested for entry in listing(settings)] == ["random folds"]
    assert capfd.readouterr() == ("", "")
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"


def test_what_is_not_declared_is_not_told(settings: Settings, versions: list[int]) -> None:
    assert versions
    other = {"lapse2": settings.targets["lapse"]}
    elsewhere = settings.model_copy(update={"targets": other})
    assert (listing(elsewhere), champion_versions(elsewhere)) == ([], {})
    with pytest.raises(StamkundError) as refused:
        rollback(elsewhere, "lapse")
    assert refused.value.code == "unknown_model"


def test_what_was_trained_on_other_features_than_those_at_hand_becomes_no_champion(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "home")
    (tmp_path / "files").mkdir()
    for features in ("cafe", "cafe", "tea"):
        model = replace(MODEL, feature_set_hash=features)
        register(settings, model, parameters={}, figures={}, folder=tmp_path / "files", refusals=[], fingerprint="f")
    for version in (1, 3, 2):
        promote(settings, "lapse", version)  # without features at hand there is nothing to compare with
    FeatureSet((), fitted_at=0).save(settings.feature_set)
    for attempt in (lambda: promote(settings, "lapse", 1), lambda: rollback(settings, "lapse")):
        with pytest.raises(StamkundError, match="was trained on other features") as refused:
            attempt()
        assert refused.value.code == "feature_set_mismatch"
    assert champion_versions(settings) == {"lapse": 2}
