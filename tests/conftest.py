"""Settings for all tests."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import mlflow.store.db.utils as mlflow_database
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, create_engine

from training.learners.model import Model
from training.registration import register
from training.registration.plots import Base, draw
from training.verdict.gate import Evidence

pytest_plugins = ["tests.postgres"]
collect_ignore = ["libraries/ask.py"]  # a program that is run by the client it imports

# Two cores run tests side by side here and anywhere: how long an example takes says nothing about the product.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
# A few examples of each property, the same each time, or with `--hypothesis-profile=random` many, other ones each time.
settings.register_profile("fixed", PATIENT, derandomize=True, max_examples=7)
settings.register_profile("random", PATIENT, max_examples=120, print_blob=True)
settings.load_profile("fixed")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The folder of the real data that slow tests read."""
    parser.addoption("--data", type=Path, help="the folder of real data sets, such as ecom_clickstream")


@pytest.fixture(scope="session")
def data(request: pytest.FixtureRequest) -> Path:
    """The folder of real data sets; tests that need it are skipped without."""
    folder: Path | None = request.config.getoption("--data")
    if folder is None:
        pytest.skip("needs the real data sets: pytest --data FOLDER")
    return folder


@pytest.fixture(scope="session", autouse=True)
def one_registry_schema(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let MLflow make the tables of a registry once, and each further registry of SQLite begin as a copy of that file.

    Its chain of migrations takes a second of CPU and dozens of syncs to disk, at each of a hundred new homes.
    """
    blank = tmp_path_factory.mktemp("registry") / "blank.db"
    make: Callable[[Engine], None] = mlflow_database._initialize_tables

    def copy(engine: Engine) -> None:
        if engine.dialect.name != "sqlite" or not engine.url.database:
            make(engine)
            return
        if not blank.exists():
            first = create_engine(f"sqlite:///{blank}")
            make(first)
            first.dispose()
        with closing(sqlite3.connect(blank)) as source, closing(sqlite3.connect(engine.url.database)) as target:
            source.backup(target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mlflow_database, "_initialize_tables", copy)
        yield


@pytest.fixture(scope="session", autouse=True)
def drawn_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let the pictures of the first model that is registered stand for those of all others: they take two seconds each.

    What they show is tested where they are drawn.
    """
    first = tmp_path_factory.mktemp("pictures")

    def copy(folder: Path, model: Model, evidence: Evidence, base: Base) -> None:
        if not any(first.iterdir()):
            draw(first, model, evidence, base)
        shutil.copytree(first, folder, dirs_exist_ok=True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(register, "draw", copy)
        yield
