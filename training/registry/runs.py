"""Runs: a model with its parameters, figures and files, logged and registered as a new version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version as installed
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from features.config.settings import Settings
from features.moments import iso
from training.learners.model import Model
from training.registry.client import sqlite_file, tracking
from training.registry.fingerprint import PACKAGES, code_version
from training.registry.versions import AS_OF, FINGERPRINT, FOLDER, GATE, OVER_TIME, PASSED, TESTED

if TYPE_CHECKING:
    from mlflow import MlflowClient

# What the code that a version carries imports; the test in a clean environment says if one is missing.
REQUIREMENTS: Final = (
    "duckdb", "lightgbm", "mlflow", "narwhals", "numpy", "orjson", "pandas", "polars", "pyarrow", "pydantic",
    "python-calamine", "pyyaml", "scikit-learn", "scipy", "sqlalchemy",
)  # fmt: skip
CODE: Final = tuple(str(PACKAGES / package) for package in ("features", "training"))


def register(
    settings: Settings,
    model: Model,
    *,
    parameters: Mapping[str, object],
    figures: Mapping[str, float],
    folder: Path,
    refusals: Sequence[str],
    fingerprint: str,
    tested: str = OVER_TIME,
) -> int:
    """Log a run with a model, its figures and the files of ``folder``; returns the version it is registered as.

    ``refusals`` are the gate's codes, ``fingerprint`` is that of all that the model was made from, ``tested`` what its
    figures come from. The version has no
    alias yet: see :func:`training.registry.promotion.promote`.
    """
    with tracking(settings) as client:
        import mlflow  # noqa: PLC0415 - seconds to import, so only those who need the registry pay

        with mlflow.start_run(experiment_id=_experiment(client, settings), run_name=model.name) as run:
            mlflow.log_params(dict(parameters))
            mlflow.log_metrics({name: value for name, value in figures.items() if value == value})  # noqa: PLR0124
            mlflow.log_artifacts(str(folder))
            source, model_id = _log_model(model)
        if not client.search_registered_models(f"name='{model.name}'"):
            client.create_registered_model(model.name, description=model.target.description)
        moment = iso(model.as_of)
        tags = {GATE: ", ".join(refusals) or PASSED, AS_OF: str(model.as_of), "as_of_iso": moment}
        version = client.create_model_version(
            model.name,
            source,
            run.info.run_id,
            tags={**tags, FINGERPRINT: fingerprint, TESTED: tested, "code": code_version()},
            description=f"{model.target.description} From what was known at {moment}.",
            model_id=model_id,
        )
        return int(version.version)


def _experiment(client: MlflowClient, settings: Settings) -> str:
    """The id of the project's experiment; of a SQLite registry its files are in the home."""
    experiment = client.get_experiment_by_name(settings.name)
    if experiment is not None:
        return str(experiment.experiment_id)
    local = sqlite_file(settings.registry_url) is not None
    return str(client.create_experiment(settings.name, settings.artifacts.as_uri() if local else None))


def _log_model(model: Model) -> tuple[str, str]:
    """Log the model's own files, and beside them what lets MLflow's pyfunc load them; returns URI and id."""
    import mlflow.pyfunc  # noqa: PLC0415 - as above
    from mlflow.models import ModelSignature  # noqa: PLC0415
    from mlflow.types import ColSpec, Schema  # noqa: PLC0415

    inputs = Schema([ColSpec("double", name) for name in model.feature_names])
    ours = (f"{name}=={installed(name)}" for name in REQUIREMENTS)
    with TemporaryDirectory() as scratch:
        model.save(Path(scratch) / FOLDER)
        info = mlflow.pyfunc.log_model(
            name=model.name,
            python_model=str(Path(__file__).with_name("pyfunc.py")),
            artifacts={FOLDER: str(Path(scratch) / FOLDER)},
            code_paths=list(CODE),
            signature=ModelSignature(inputs, Schema([ColSpec("double")])),
            pip_requirements=sorted({*ours, *model.scorer.requirements}),
        )
    return str(info.model_uri), str(info.model_id)
