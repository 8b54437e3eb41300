"""The process that the service runs in: which settings it serves, what it logs, and what it cannot start with."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from features.config.settings import read_settings
from features.lake import Lake

CONFIG: Final = "STAMKUND_CONFIG"  # the environment variable that names the settings file


def quiet() -> None:
    """Leave warnings and errors in the log, and nothing else."""
    for name in ("bentoml", "uvicorn", "uvicorn.access", "mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)


def check_lake(config: Path | str) -> None:
    """Raise the error of a settings file, or of its lake, that no service can be started with."""
    Lake(read_settings(config).lake).verified_manifest()
