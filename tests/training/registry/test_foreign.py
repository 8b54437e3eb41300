"""A registry that is shared: another program has a model of our target's name there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from features.config.settings import Settings
from features.errors import StamkundError
from serving.terminal.answers import versions_answer
from tests.training.registry.models import MODEL, settings_in
from training.registry.client import registry_client
from training.registry.promotion import promote, rollback
from training.registry.runs import register
from training.registry.versions import ForeignVersion, champion_versions, champions, foreign, listing


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Version 1 is theirs, versions 2 and 3 are ours."""
    settings, beside = settings_in(tmp_path_factory.mktemp("registry")), tmp_path_factory.mktemp("beside")
    with registry_client(settings) as client:
        client.create_registered_model("lapse")
        client.create_model_version("lapse", "file:///nowhere", tags={"owner": "anna"})
    for _ in range(2):
        register(settings, MODEL, parameters={}, figures={}, folder=beside, refusals=[], fingerprint="f")
    return settings


@pytest.fixture
def settings(shared: Settings, tmp_path: Path) -> Settings:
    return shared.model_copy(update={"home": shutil.copytree(shared.home, tmp_path / "home")})


def alias(settings: Settings, name: str) -> None:
    with registry_client(settings) as client:
        client.set_registered_model_alias("lapse", name, "1")


def test_theirs_is_listed_as_not_ours(settings: Settings) -> None:
    assert [entry.version for entry in listing(settings)] == [3, 2]
    assert foreign(settings) == [ForeignVersion("lapse", 1, ())]
    answer = versions_answer(listing(settings), foreign(settings))
    assert answer["not_ours"] == [{"name": "lapse", "version": 1, "aliases": ()}]


def test_theirs_is_never_loaded_and_its_alias_not_taken(settings: Settings) -> None:
    alias(settings, "champion")
    assert (champion_versions(settings), champions(settings)) == ({}, {})
    with pytest.raises(StamkundError, match="not ours, version 1") as refused:
        promote(settings, "lapse", 2)
    assert refused.value.code == "foreign_champion"
    assert foreign(settings)[0].aliases == ("champion",)


def test_theirs_is_neither_promoted_nor_rolled_back_to(settings: Settings) -> None:
    alias(settings, "previous")
    promote(settings, "lapse", 3)
    for attempt in (lambda: promote(settings, "lapse", 1), lambda: rollback(settings, "lapse")):
        with pytest.raises(StamkundError, match="Known: 2, 3") as refused:
            attempt()
        assert refused.value.code == "unknown_version"
    assert champion_versions(settings) == {"lapse": 3}


def test_dates_are_readable_and_the_code_is_told(settings: Settings) -> None:
    with registry_client(settings) as client:
        version = client.get_model_version("lapse", "2")
    assert (version.tags["as_of"], version.tags["as_of_iso"]) == ("77", "1970-01-01T00:00:00.000077Z")
    assert version.tags["code"].startswith("0.")
    assert str(version.description).endswith("From what was known at 1970-01-01T00:00:00.000077Z.")
