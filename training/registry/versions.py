"""Versions of the registered models; the alias ``champion`` says which one answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from features.config.settings import Settings
from features.errors import StamkundError
from features.profiles.feature_set import FeatureSet
from training.learners.model import Model
from training.registry.client import registry_client, registry_exists

if TYPE_CHECKING:
    from mlflow.entities.model_registry import RegisteredModel

CHAMPION, PREVIOUS = "champion", "previous"
FOLDER: Final = "model"  # of a model's own files among its artifacts
GATE: Final = "gate"  # the tag that holds the gate's answer
PASSED: Final = "passed"


@dataclass(frozen=True)
class ModelVersion:
    """A registered version: its aliases, the moment it was trained at (µs), and ``passed`` or the gate's refusals."""

    name: str
    version: int
    aliases: tuple[str, ...]
    as_of: int
    gate: str


def champions(settings: Settings) -> dict[str, Model]:
    """The champion of each declared target that has one, loaded; empty when nothing was trained."""
    return {name: load(settings, name, version) for name, version in champion_versions(settings).items()}


def champion_versions(settings: Settings) -> dict[str, int]:
    """The champion's version of each declared target that has one."""
    return {
        model.name: int(model.aliases[CHAMPION])
        for model in _registered_models(settings)
        if CHAMPION in model.aliases and model.name in settings.targets
    }


def champion_as_of(settings: Settings, name: str) -> int | None:
    """The moment that a target's champion was trained at, None without a champion."""
    champions = (entry for entry in listing(settings) if entry.name == name and CHAMPION in entry.aliases)
    return next((entry.as_of for entry in champions), None)


def load(settings: Settings, name: str, version: int) -> Model:
    """A registered version, from its own files."""
    with registry_client(settings) as client:
        from mlflow.artifacts import download_artifacts  # noqa: PLC0415 - seconds to import, so only those who need it pay

        uri = client.get_model_version_download_uri(name, str(version))
        folder = download_artifacts(artifact_uri=f"{uri}/artifacts/{FOLDER}", tracking_uri=settings.registry_url)
    return replace(Model.load(Path(folder)), version=version)


def listing(settings: Settings) -> list[ModelVersion]:
    """Every version of every declared target, the newest first."""
    entries: list[ModelVersion] = []
    models = _registered_models(settings)
    if not models:
        return entries
    with registry_client(settings) as client:
        for model in models:
            for each in client.search_model_versions(f"name='{model.name}'"):
                number, tags = int(each.version), each.tags
                aliases = tuple(sorted(alias for alias, v in model.aliases.items() if int(v) == number))
                entries.append(ModelVersion(model.name, number, aliases, int(tags["as_of"]), tags[GATE]))
    return sorted(entries, key=lambda entry: (entry.name, -entry.version))


def promote(settings: Settings, name: str, version: int) -> None:
    """Make a version that passed the gate the champion; the one before it stays known as ``previous``.

    Raises :class:`StamkundError` ``feature_set_mismatch`` when the home's features are not those that it was trained
    on, for then nothing could use it.
    """
    entry = _entry(settings, name, version)
    if entry.gate != PASSED:
        text = (
            f"Version {version} of '{name}' did not pass the gate ({entry.gate}). Promote one that did, or train again."
        )
        raise StamkundError("gate_not_passed", text, field="version")
    _check_features(settings, name, version)
    with registry_client(settings) as client:
        aliases = client.get_registered_model(name).aliases
        if CHAMPION in aliases and int(aliases[CHAMPION]) != version:
            client.set_registered_model_alias(name, PREVIOUS, aliases[CHAMPION])
        client.set_registered_model_alias(name, CHAMPION, str(version))


def rollback(settings: Settings, name: str) -> int:
    """Make the previous champion champion again, and the other way round; returns its version."""
    _check_name(settings, name)
    with registry_client(settings) as client:
        aliases = client.get_registered_model(name).aliases
        if PREVIOUS not in aliases:
            text = f"'{name}' has no previous champion to go back to. See `stamkund models list`."
            raise StamkundError("no_previous_champion", text, field="name")
        _check_features(settings, name, int(aliases[PREVIOUS]))
        client.set_registered_model_alias(name, CHAMPION, aliases[PREVIOUS])
        client.set_registered_model_alias(name, PREVIOUS, aliases[CHAMPION])
        return int(aliases[PREVIOUS])


def _entry(settings: Settings, name: str, version: int) -> ModelVersion:
    _check_name(settings, name)
    entries = {str(entry.version): entry for entry in listing(settings) if entry.name == name}
    if str(version) not in entries:
        raise StamkundError.unknown("unknown_version", f"version of '{name}'", str(version), entries, field="version")
    return entries[str(version)]


def _check_features(settings: Settings, name: str, version: int) -> None:
    """Refuse a version of other features than the home's; where the home has none, nothing can be compared."""
    if not settings.feature_set.exists():
        return
    if load(settings, name, version).feature_set_hash != FeatureSet.load(settings.feature_set).hash:
        text = (
            f"Version {version} of '{name}' was trained on other features than those at hand, so that nothing could "
            "use it. Run `stamkund train`, or bring the features back that it was trained on."
        )
        raise StamkundError("feature_set_mismatch", text, field="version")


def _check_name(settings: Settings, name: str) -> None:
    names = [model.name for model in _registered_models(settings)]
    if name not in names:
        raise StamkundError.unknown("unknown_model", "model", name, names, field="name")


def _registered_models(settings: Settings) -> list[RegisteredModel]:
    if not registry_exists(settings):
        return []
    with registry_client(settings) as client:
        return [model for model in client.search_registered_models(max_results=1000) if model.name in settings.targets]
