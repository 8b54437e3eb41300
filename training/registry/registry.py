"""The registry: MLflow runs and registered models; the alias ``champion`` says which version answers."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version as installed
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from features.config.settings import Settings
from features.errors import StamkundError
from training.learners.model import Model

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import RegisteredModel

CHAMPION, PREVIOUS = "champion", "previous"
FOLDER: Final = "model"  # of a model's own files among its artifacts
GATE: Final = "gate"  # the tag that says what the gate said
PASSED: Final = "passed"
NEEDS: Final = ("lightgbm", "mlflow", "narwhals", "numpy", "pandas", "polars", "pydantic", "scipy")


@dataclass(frozen=True)
class Registered:
    """A registered version: its aliases, the moment it was trained at (µs), and ``passed`` or the gate's refusals."""

    name: str
    version: int
    aliases: tuple[str, ...]
    as_of: int
    gate: str


def register(
    settings: Settings,
    model: Model,
    *,
    parameters: Mapping[str, object],
    figures: Mapping[str, float],
    folder: Path,
    refusals: Sequence[str],
) -> int:
    """Log a run with a model, its figures and the files of ``folder``; returns the version it was registered as.

    The version has no alias yet: see :func:`promote`.
    """
    with _fluent(settings) as client:
        import mlflow  # noqa: PLC0415 - seconds to import, so only those who need the registry pay

        with mlflow.start_run(experiment_id=_experiment(client, settings), run_name=model.name) as run:
            mlflow.log_params(dict(parameters))
            mlflow.log_metrics({name: value for name, value in figures.items() if value == value})  # noqa: PLR0124
            mlflow.log_artifacts(str(folder))
            source, model_id = _log_model(model)
        _ensure(client, model)
        tags = {GATE: ", ".join(refusals) or PASSED, "as_of": str(model.as_of)}
        made = client.create_model_version(model.name, source, run.info.run_id, tags=tags, model_id=model_id)
        return int(made.version)


def champions(settings: Settings) -> dict[str, Model]:
    """The champion of each declared target that has one, loaded; empty when nothing was trained."""
    found = champion_versions(settings)
    return {name: load(settings, name, version) for name, version in found.items()}


def champion_versions(settings: Settings) -> dict[str, int]:
    """The champion's version of each declared target that has one."""
    return {
        model.name: int(model.aliases[CHAMPION])
        for model in _registered(settings)
        if CHAMPION in model.aliases and model.name in settings.targets
    }


def champion_as_of(settings: Settings, name: str) -> int | None:
    """The moment that a target's champion was trained at, None without a champion."""
    found = [entry.as_of for entry in listing(settings) if entry.name == name and CHAMPION in entry.aliases]
    return found[0] if found else None


def load(settings: Settings, name: str, version: int) -> Model:
    """A registered version, from its own files."""
    with _reading(settings) as client:
        from mlflow.artifacts import download_artifacts  # noqa: PLC0415 - as above

        uri = client.get_model_version_download_uri(name, str(version))
        folder = download_artifacts(artifact_uri=f"{uri}/artifacts/{FOLDER}", tracking_uri=settings.registry_url)
    return replace(Model.load(Path(folder)), version=version)


def listing(settings: Settings) -> list[Registered]:
    """Every version of every declared target, the newest first."""
    out: list[Registered] = []
    known = _registered(settings)
    if not known:
        return out
    with _reading(settings) as client:
        for model in known:
            for made in client.search_model_versions(f"name='{model.name}'"):
                aliases = tuple(sorted(a for a, v in model.aliases.items() if int(v) == int(made.version)))
                entry = Registered(model.name, int(made.version), aliases, int(made.tags["as_of"]), made.tags[GATE])
                out.append(entry)
    return sorted(out, key=lambda entry: (entry.name, -entry.version))


def promote(settings: Settings, name: str, version: int) -> None:
    """Make a version the champion; the one before it stays known as ``previous``. Only what passed the gate may."""
    entry = _entry(settings, name, version)
    if entry.gate != PASSED:
        text = (
            f"Version {version} of '{name}' did not pass the gate ({entry.gate}). Promote one that did, or train again."
        )
        raise StamkundError("gate_not_passed", text, field="version")
    with _reading(settings) as client:
        aliases = client.get_registered_model(name).aliases
        if CHAMPION in aliases and int(aliases[CHAMPION]) != version:
            client.set_registered_model_alias(name, PREVIOUS, aliases[CHAMPION])
        client.set_registered_model_alias(name, CHAMPION, str(version))


def rollback(settings: Settings, name: str) -> int:
    """Make the previous champion champion again, and the other way round; returns its version."""
    _known(settings, name)
    with _reading(settings) as client:
        aliases = client.get_registered_model(name).aliases
        if PREVIOUS not in aliases:
            text = f"'{name}' has no previous champion to go back to. See `stamkund models list`."
            raise StamkundError("no_previous_champion", text, field="name")
        client.set_registered_model_alias(name, CHAMPION, aliases[PREVIOUS])
        client.set_registered_model_alias(name, PREVIOUS, aliases[CHAMPION])
        return int(aliases[PREVIOUS])


def _entry(settings: Settings, name: str, version: int) -> Registered:
    _known(settings, name)
    entries = {str(entry.version): entry for entry in listing(settings) if entry.name == name}
    if str(version) not in entries:
        raise StamkundError.unknown("unknown_version", f"version of '{name}'", str(version), entries, field="version")
    return entries[str(version)]


def _known(settings: Settings, name: str) -> None:
    names = [model.name for model in _registered(settings)]
    if name not in names:
        raise StamkundError.unknown("unknown_model", "model", name, names, field="name")


def _registered(settings: Settings) -> list[RegisteredModel]:
    file = sqlite_file(settings.registry_url)
    if file is not None and not file.exists():
        return []  # asking MLflow would create the database
    with _reading(settings) as client:
        return [model for model in client.search_registered_models(max_results=1000) if model.name in settings.targets]


def _experiment(client: MlflowClient, settings: Settings) -> str:
    found = client.get_experiment_by_name(settings.name)
    if found is not None:
        return str(found.experiment_id)
    local = sqlite_file(settings.registry_url) is not None
    return str(client.create_experiment(settings.name, settings.artifacts.as_uri() if local else None))


def _ensure(client: MlflowClient, model: Model) -> None:
    if not client.search_registered_models(f"name='{model.name}'"):
        client.create_registered_model(model.name, description=model.target.description)


def _log_model(model: Model) -> tuple[str, str]:
    """The model's own files, and beside them what lets MLflow's pyfunc load them."""
    import mlflow.pyfunc  # noqa: PLC0415 - as above
    from mlflow.models import ModelSignature  # noqa: PLC0415
    from mlflow.types import ColSpec, Schema  # noqa: PLC0415

    inputs = Schema([ColSpec("double", name) for name in model.feature_names])
    with TemporaryDirectory() as scratch:
        model.save(Path(scratch) / FOLDER)
        logged = mlflow.pyfunc.log_model(
            name=model.name,
            python_model=str(Path(__file__).with_name("pyfunc.py")),
            artifacts={FOLDER: str(Path(scratch) / FOLDER)},
            signature=ModelSignature(inputs, Schema([ColSpec("double")])),
            pip_requirements=[f"{name}=={installed(name)}" for name in NEEDS],
        )
    return str(logged.model_uri), str(logged.model_id)


@contextmanager
def _fluent(settings: Settings) -> Iterator[MlflowClient]:
    """MLflow's global state set to our registry, and set back."""
    with _reading(settings) as client:
        import mlflow  # noqa: PLC0415 - as above

        before = mlflow.get_tracking_uri() if mlflow.is_tracking_uri_set() else None  # type: ignore[no-untyped-call]
        mlflow.set_tracking_uri(settings.registry_url)
        try:
            yield client
        finally:
            mlflow.set_tracking_uri(before)  # type: ignore[arg-type]


@contextmanager
def _reading(settings: Settings) -> Iterator[MlflowClient]:
    """A client; MLflow neither phones home nor talks on the user's terminal meanwhile."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    loggers = [logging.getLogger(name) for name in ("mlflow", "alembic")]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from mlflow import MlflowClient  # noqa: PLC0415 - as above

        levels = [logger.level for logger in loggers]
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        try:
            if (file := sqlite_file(settings.registry_url)) is not None:
                file.parent.mkdir(parents=True, exist_ok=True)
            yield MlflowClient(settings.registry_url, settings.registry_url)
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite URL; None for anything else.

    >>> sqlite_file("sqlite:////srv/shop/mlflow.db").as_posix(), sqlite_file("http://mlflow:5000")
    ('/srv/shop/mlflow.db', None)
    """
    parts = urlsplit(url)
    return Path(unquote(parts.path)[1:]) if parts.scheme.split("+")[0] == "sqlite" else None
