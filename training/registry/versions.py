"""Versions of the registered models; the alias ``champion`` says which one answers.

``previous`` is the champion before it, ``challenger`` the newest version that passed the gate and did not replace it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from features.config.settings import Settings
from features.profiles.fitted.feature_set import FeatureSet
from training.learners.model import Model
from training.registry.artifacts import file_of
from training.registry.client import registry_client, registry_exists

if TYPE_CHECKING:
    from mlflow.entities.model_registry import RegisteredModel

CHAMPION, CHALLENGER, PREVIOUS = "champion", "challenger", "previous"
FOLDER: Final = "model"  # of a model's own files among its artifacts
GATE: Final = "gate"  # the tag that holds the gate's answer
AS_OF: Final = "as_of"  # the tag that holds the moment it was trained at, in µs
FINGERPRINT: Final = "fingerprint"  # the tag that tells what it was trained from
TESTED: Final = "tested"  # the tag that tells what its figures come from
OVER_TIME, BY_FOLDS = "over time", "random folds"
PROMOTED: Final = "promoted_at"  # the tag that tells when it became champion last
REPORT: Final = "report.json"
FEATURES: Final = "features.json"
PASSED: Final = "passed"


@dataclass(frozen=True)
class ModelVersion:
    """A registered version: its aliases, the moment it was trained at (µs), and ``passed`` or the gate's refusals.

    ``fingerprint`` is that of everything it was trained from, ``promoted_at`` when it became champion last; ``tested``
    says whether later outcomes stand behind its figures or random folds of customers.
    """

    name: str
    version: int
    aliases: tuple[str, ...]
    as_of: int
    gate: str
    fingerprint: str | None = None
    promoted_at: str | None = None
    tested: str = OVER_TIME


@dataclass(frozen=True)
class ForeignVersion:
    """A version that another program registered under a target's name, in a registry that is shared."""

    name: str
    version: int
    aliases: tuple[str, ...]


def champions(settings: Settings) -> dict[str, Model]:
    """The champion of each declared target that has one, loaded; empty when nothing was trained."""
    return {name: load(settings, name, version) for name, version in champion_versions(settings).items()}


def champion_versions(settings: Settings) -> dict[str, int]:
    """The champion's version of each declared target that has one of ours."""
    models = [model for model in registered_models(settings) if CHAMPION in model.aliases]
    if not models:
        return {}
    with registry_client(settings) as client:
        versions = [client.get_model_version(model.name, str(model.aliases[CHAMPION])) for model in models]
    return {each.name: int(each.version) for each in versions if is_ours(each.tags)}


def champion(settings: Settings, name: str) -> Model | None:
    """The champion of one target, loaded; None without one."""
    version = champion_versions(settings).get(name)
    return None if version is None else load(settings, name, version)


def load(settings: Settings, name: str, version: int) -> Model:
    """A registered version, from its own files."""
    with registry_client(settings) as client:
        from mlflow.artifacts import download_artifacts  # noqa: PLC0415 - seconds to import, so only those who need it pay

        uri = client.get_model_version_download_uri(name, str(version))
        folder = download_artifacts(artifact_uri=f"{uri}/artifacts/{FOLDER}", tracking_uri=settings.registry_url)
    return replace(Model.load(Path(folder)), version=version)


def listing(settings: Settings) -> list[ModelVersion]:
    """Every version of every declared target, the newest first."""
    return [_version(*each) for each in _versions(settings) if is_ours(each[-1])]


def _version(name: str, number: int, aliases: tuple[str, ...], tags: Mapping[str, str]) -> ModelVersion:
    made_from, promoted, tested = tags.get(FINGERPRINT), tags.get(PROMOTED), tags.get(TESTED, OVER_TIME)
    return ModelVersion(name, number, aliases, int(tags[AS_OF]), tags[GATE], made_from, promoted, tested)


def foreign(settings: Settings) -> list[ForeignVersion]:
    """Every version of a declared target's name that another program registered: it is never loaded."""
    versions = _versions(settings)
    return [ForeignVersion(name, number, aliases) for name, number, aliases, tags in versions if not is_ours(tags)]


def is_ours(tags: Mapping[str, str]) -> bool:
    """Whether tags are those of a version that a training of ours registered.

    >>> is_ours({"gate": "passed", "as_of": "0"}), is_ours({"owner": "anna"})
    (True, False)
    """
    return GATE in tags and AS_OF in tags


def _versions(settings: Settings) -> list[tuple[str, int, tuple[str, ...], dict[str, str]]]:
    """Name, number, aliases and tags of all versions, the newest first."""
    found = []
    models = registered_models(settings)
    if models:
        with registry_client(settings) as client:
            for model in models:
                for each in client.search_model_versions(f"name='{model.name}'"):
                    number = int(each.version)
                    aliases = tuple(sorted(alias for alias, v in model.aliases.items() if int(v) == number))
                    found.append((str(model.name), number, aliases, dict(each.tags)))
    return sorted(found, key=lambda entry: (entry[0], -entry[1]))


def made_from(settings: Settings, name: str, fingerprint: str) -> ModelVersion | None:
    """The newest version that was trained from just that."""
    entries = (entry for entry in listing(settings) if entry.name == name and entry.fingerprint == fingerprint)
    return next(entries, None)


def report_of(settings: Settings, entry: ModelVersion) -> str:
    """The report of a version's training, as it was written."""
    return _kept(settings, entry.name, entry.version, REPORT).read_text(encoding="utf-8")


def features_of(settings: Settings, model: Model) -> FeatureSet:
    """The features that a registered version was trained on.

    Raises :class:`StamkundError` ``old_feature_set`` where an earlier release wrote them.
    """
    return FeatureSet.load(_kept(settings, model.name, model.version, FEATURES))


def _kept(settings: Settings, name: str, version: int, file: str) -> Path:
    """A file that every training keeps; one that is lost is not found."""
    return file_of(settings, name, version, file) or Path(file)


def registered_models(settings: Settings) -> list[RegisteredModel]:
    """The registry's models of the declared targets' names."""
    if not registry_exists(settings):
        return []
    with registry_client(settings) as client:
        return [model for model in client.search_registered_models(max_results=1000) if model.name in settings.targets]
