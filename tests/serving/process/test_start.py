"""What keeps the service from starting is one line with a code, and never a trace."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from sqlalchemy import make_url
from typer.testing import CliRunner

import stamkund
from features.errors import StamkundError
from serving.http.current.state import open_state
from serving.process.listener import free_port
from tests.serving.shop import carried_shop
from training.learners.model import CARD, Model

SETTINGS = "name: Shop\nsources: {}\n"
TARGET = "targets: {lapse: {type: lapse, horizon: 28d}}\n"


def ended(folder: Path, *command: str) -> str:
    """The code that a command ends with, in one line."""
    done = CliRunner().invoke(stamkund.app, [*command, "--config", str(folder / "stamkund.yaml")])
    assert done.exit_code == 1, done.output
    (line,) = (done.output or "").splitlines()
    assert "Traceback" not in line
    assert "s3cret" not in line
    return line.partition(":")[0]


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("name: [\n", "bad_yaml"),
        (SETTINGS + "colour: red\n", "unknown_key"),
        (SETTINGS + "home: stamkund.yaml\n", "not_accessible"),  # a file is there
        (SETTINGS + "home: /proc/no\n", "not_accessible"),
        (SETTINGS + "store: nosuch://a:s3cret@127.0.0.1:1/x\n", "bad_database_url"),
        (SETTINGS + "store: postgresql+nosuch://a:s3cret@127.0.0.1:1/x\n", "bad_database_url"),
        (SETTINGS + "store: postgresql+psycopg://a:s3cret@127.0.0.1:1/x\n", "store_unavailable"),
        (SETTINGS + "store: sqlite:////proc/no.db\n", "store_unavailable"),
        (SETTINGS + "store: nowhere\n", "bad_database_url"),
        (SETTINGS + "store: ${NOWHERE_SET}\n", "missing_environment_variable"),
    ],
)
def test_settings_and_databases_that_cannot_be_served(settings: str, code: str, tmp_path: Path) -> None:
    (tmp_path / "stamkund.yaml").write_text(settings, encoding="utf-8")
    assert ended(tmp_path, "serve", "--port", str(free_port())) == code


def test_a_wrong_password_is_told_and_not_repeated(postgres_url: str, tmp_path: Path) -> None:
    url = make_url(postgres_url).set(username="nobody", password="s3cret").render_as_string(hide_password=False)  # noqa: S106
    (tmp_path / "stamkund.yaml").write_text(f"{SETTINGS}store: {url}\n", encoding="utf-8")
    assert ended(tmp_path, "serve", "--port", str(free_port())) == "store_unavailable"


def test_settings_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stamkund.yaml").write_text(SETTINGS, encoding="utf-8")

    def refuse(path: Path, *_: object, **__: object) -> str:
        raise PermissionError(13, os.strerror(13), str(path))

    monkeypatch.setattr(Path, "read_text", refuse)
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert ended(tmp_path, "serve") in {"not_accessible", "unreadable_settings"}


def test_registries_that_cannot_be_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    (tmp_path / "stamkund.yaml").write_text(f"{SETTINGS}{TARGET}registry: http://127.0.0.1:{free_port()}\n")
    assert ended(tmp_path, "models", "list") == "registry_unavailable"
    (tmp_path / "stamkund.yaml").write_text(f"{SETTINGS}{TARGET}home: home\n")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "mlflow.db").write_text("No database.")
    assert ended(tmp_path, "models", "list") == "registry_corrupt"


@pytest.fixture(scope="module")
def carried(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return carried_shop(tmp_path_factory.mktemp("carried"))


@pytest.mark.parametrize("file", [CARD, "trees.txt"])
@pytest.mark.parametrize("content", [None, "{", "{}"])
def test_a_model_whose_files_are_not_whole(file: str, content: str | None, carried: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    source = next(each for each in sorted((carried / "champions").iterdir()) if (each / CARD).is_file())
    shutil.copytree(source, folder)
    (folder / file).unlink()
    if content is not None:
        (folder / file).write_text(content)
    with pytest.raises(StamkundError, match="cannot be read") as caught:
        Model.load(folder)
    assert caught.value.code == "model_corrupt"


def test_the_service_starts_and_is_not_ready_where_a_model_is_not_whole(
    carried: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.copytree(carried, tmp_path / "shop")
    next((tmp_path / "shop" / "champions").glob(f"*/{CARD}")).write_text("{")
    state = open_state(tmp_path / "shop" / "stamkund.yaml")
    try:
        assert not state.is_ready
        assert [getattr(record, "event", None) for record in caplog.records] == ["model_corrupt"]
    finally:
        state.close()
