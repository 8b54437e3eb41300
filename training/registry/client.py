"""MLflow's client on a project's registry, without MLflow's side effects on the process and the terminal."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from sqlalchemy.engine import make_url

from features.config.settings import Settings
from features.errors import StamkundError
from training.registry.relocation import follow_home

if TYPE_CHECKING:
    from mlflow import MlflowClient


@contextmanager
def registry_client(settings: Settings) -> Iterator[MlflowClient]:
    """A client; MLflow neither phones home nor talks on the user's terminal meanwhile."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")  # its 7 take four minutes
    loggers = [logging.getLogger(name) for name in ("mlflow", "alembic")]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from mlflow import MlflowClient  # noqa: PLC0415 - seconds to import, so only those who need the registry pay
        from mlflow.exceptions import MlflowException  # noqa: PLC0415 - as above

        levels = [logger.level for logger in loggers]
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        try:
            if (file := sqlite_file(settings.registry_url)) is not None:
                file.parent.mkdir(parents=True, exist_ok=True)
                follow_home(file, settings)
            yield MlflowClient(settings.registry_url, settings.registry_url)
        except MlflowException as error:
            if not str(error).startswith("API request to "):
                raise
            where = make_url(settings.registry_url).render_as_string(hide_password=True)
            raise StamkundError("registry_unavailable", field="registry", url=where) from error
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)


@contextmanager
def tracking(settings: Settings) -> Iterator[MlflowClient]:
    """A client, with MLflow's global tracking URI set to the registry and set back afterwards."""
    with registry_client(settings) as client:
        import mlflow  # noqa: PLC0415 - as above

        before = mlflow.get_tracking_uri() if mlflow.is_tracking_uri_set() else None  # type: ignore[no-untyped-call]
        mlflow.set_tracking_uri(settings.registry_url)
        try:
            yield client
        finally:
            mlflow.set_tracking_uri(before)  # type: ignore[arg-type]


def registry_exists(settings: Settings) -> bool:
    """Whether there is a registry to ask; asking MLflow for a SQLite file that is absent would create it."""
    file = sqlite_file(settings.registry_url)
    return file is None or file.exists()


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite URL; None for anything else.

    >>> sqlite_file("sqlite:////srv/shop/mlflow.db").as_posix(), sqlite_file("http://mlflow:5000")
    ('/srv/shop/mlflow.db', None)
    """
    parts = urlsplit(url)
    return Path(unquote(parts.path)[1:]) if parts.scheme.split("+")[0] == "sqlite" else None
