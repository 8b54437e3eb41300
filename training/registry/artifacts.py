"""The files that a training logged beside its model."""

from __future__ import annotations

from pathlib import Path

from features.config.settings import Settings
from training.registry.client import registry_client


def file_of(settings: Settings, name: str, version: int, file: str) -> Path | None:
    """A file of the run that a version of a model came from, brought here; None where it has none of that name."""
    with registry_client(settings) as client:
        from mlflow.artifacts import download_artifacts  # noqa: PLC0415 - seconds to import, so only those who need it pay

        run = str(client.get_model_version(name, str(version)).run_id)
        if file not in {each.path for each in client.list_artifacts(run)}:
            return None
        return Path(download_artifacts(artifact_uri=f"runs:/{run}/{file}", tracking_uri=settings.registry_url))
