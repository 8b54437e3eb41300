"""A home that is moved or copied answers from its own models: the registry's places of artifacts follow it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest

from features.config.settings import Settings
from features.errors import StamkundError
from tests.training.registry.models import MODEL, X, settings_in
from training.registry.promotion import promote
from training.registry.relocation import follow_home
from training.registry.runs import register
from training.registry.versions import champion_versions, champions, listing

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:mlflow")  # of MLflow's own type hints


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home whose path needs percent-encoding, with one champion."""
    settings = settings_in(tmp_path_factory.mktemp("first shop") / "home")
    add(settings)
    promote(settings, "lapse", 1)
    return settings


def add(settings: Settings) -> int:
    folder = settings.home.parent / "files"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "note.txt").write_text("hello")
    return register(
        settings, MODEL, parameters={"rows": 200}, figures={"auc": 0.9}, folder=folder, refusals=[], fingerprint="f"
    )


def moved(source: Path, target: Path) -> None:
    shutil.move(source, target)


def copied_and_original_deleted(source: Path, target: Path) -> None:
    shutil.copytree(source, target)
    shutil.rmtree(source)


def copied_and_original_changed(source: Path, target: Path) -> None:
    shutil.copytree(source, target)
    for file in source.rglob("model.json"):
        file.write_text("{}")
    for file in source.rglob("trees.txt"):
        file.write_text("")


def database(settings: Settings) -> Path:
    return settings.home / "mlflow.db"


def content(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump())


@pytest.mark.parametrize("relocate", [moved, copied_and_original_deleted, copied_and_original_changed])
def test_everything_works_in_the_new_place(
    original: Settings, tmp_path: Path, relocate: Callable[[Path, Path], None]
) -> None:
    shutil.copytree(original.home, tmp_path / "a")
    here = settings_in(tmp_path / "a")
    assert champion_versions(here) == {"lapse": 1}  # from now on the registry is of this place
    relocate(tmp_path / "a", tmp_path / "b")
    there = settings_in(tmp_path / "b")
    assert champions(there)["lapse"].predict(X).tolist() == MODEL.predict(X).tolist()
    rows = "".join(content(database(there)))
    # the experiment, its run, the logged model and the registered version
    assert [rows.count(s.artifacts.as_uri()) for s in (original, here, there)] == [0, 0, 4]

    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(there.registry_url)
    try:
        frame = pd.DataFrame(X, columns=["a", "b"])
        scores = mlflow.pyfunc.load_model("models:/lapse@champion").predict(frame)
        (run,) = mlflow.search_runs(search_all_experiments=True, output_format="list")
        paths = [file.path for file in mlflow.MlflowClient().list_artifacts(run.info.run_id)]  # as `mlflow ui` does
    finally:
        mlflow.set_tracking_uri(before)
    assert np.asarray(scores).tolist() == MODEL.predict(X).tolist()
    assert paths == ["note.txt"]

    assert add(there) == 2
    promote(there, "lapse", 2)
    assert [entry.aliases for entry in listing(there)] == [("champion",), ("previous",)]
    assert champions(there)["lapse"].version == 2


def test_the_original_of_a_copy_is_not_touched(original: Settings, tmp_path: Path) -> None:
    before = content(database(original))
    shutil.copytree(original.home, tmp_path / "copy")
    copy = settings_in(tmp_path / "copy")
    assert champion_versions(copy) == {"lapse": 1}
    add(copy)
    assert content(database(original)) == before
    assert champions(original)["lapse"].predict(X).tolist() == MODEL.predict(X).tolist()


def test_only_the_places_of_our_artifacts_change(original: Settings, tmp_path: Path) -> None:
    shutil.copytree(original.home, tmp_path / "copy")
    copy = settings_in(tmp_path / "copy")
    old, new = original.artifacts.as_uri(), copy.artifacts.as_uri()
    elsewhere = [("s3", "s3://bucket/artifacts"), ("own", "file:///data/experiments"), ("near", f"{old}-of-others/x")]
    with closing(sqlite3.connect(database(copy))) as connection, connection:
        for name, at in elsewhere:
            connection.execute("INSERT INTO experiments (name, artifact_location) VALUES (?, ?)", (name, at))
    before = content(database(copy))
    follow_home(database(copy), copy)
    assert content(database(copy)) == [
        line.replace(f"'{old}'", f"'{new}'").replace(f"'{old}/", f"'{new}/") for line in before
    ]
    follow_home(database(copy), copy)  # nothing more to do


def test_a_registry_outside_the_home_stays_as_it_is(original: Settings, tmp_path: Path) -> None:
    shutil.copytree(original.home, tmp_path / "shared")
    url = f"sqlite:///{tmp_path / 'shared' / 'mlflow.db'}"
    settings = settings_in(tmp_path / "home").model_copy(update={"registry": url})
    before = content(tmp_path / "shared" / "mlflow.db")
    assert champion_versions(settings) == {"lapse": 1}
    assert content(tmp_path / "shared" / "mlflow.db") == before


def test_a_moved_registry_that_cannot_be_written_is_an_error(
    original: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(original.home, tmp_path / "copy")
    copy, connect = settings_in(tmp_path / "copy"), sqlite3.connect

    def read_only(file: Path, **options: object) -> sqlite3.Connection:
        return connect(f"file:{file}?mode=ro", uri=True, **options)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(sqlite3, "connect", read_only)
    with pytest.raises(StamkundError, match="cannot be changed to this one") as refused:
        follow_home(database(copy), copy)
    assert refused.value.code == "registry_not_writable"
