"""A bento answers from an environment that holds the locked requirements and nothing of ours."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
import yaml

from features.config.settings import read_settings
from serving.jobs import bento
from serving.jobs.bento import carried_settings, make_bento
from serving.process.listener import free_port
from serving.scoring.champions import CARRIED, save_lineup
from tests.serving.shop import open_shop

ROOT = Path(__file__).parents[3]
OURS = ("features", "training", "insights", "serving", "stamkund", "benchmarks")


def test_a_bentos_settings_name_no_sources_and_no_relative_place(tmp_path: Path) -> None:
    config = tmp_path / "stamkund.yaml"
    config.write_text("name: Shop\nserving: {body_limit: 5kB}\nsources: {}\nstore: sqlite:///crm.db\n")
    written = yaml.safe_load(carried_settings(config, read_settings(config)))
    assert written == {
        "name": "Shop",
        "sources": {},
        "home": str(tmp_path / ".stamkund"),
        "store": f"sqlite:///{tmp_path}/crm.db",
        "serving": {"body_limit": "5kB", "models": "carried"},
    }


def test_a_bento_holds_every_package_that_the_service_imports() -> None:
    program = (
        "import sys, serving.http.service; "
        f"print(*sorted({{name.partition('.')[0] for name in sys.modules}} & {set(OURS)}))"
    )
    imported = subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT, capture_output=True, text=True)
    assert imported.stdout.split() == sorted(bento.PACKAGES)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:path is deprecated:DeprecationWarning")  # bentoml 1.4.39 packs its entrypoint so
def test_a_bento_answers_from_a_clean_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "shop"
    home.mkdir()
    _, lineup = open_shop(home)

    def carry(_: object, folder: Path) -> dict[str, str]:
        save_lineup(lineup, folder / CARRIED)
        return lineup.versions

    monkeypatch.setattr(bento, "carry", carry)
    built = tmp_path / "bento"
    shutil.copytree(_make(home / "stamkund.yaml", tmp_path, monkeypatch), built)
    python = _clean_python(tmp_path)
    absent = subprocess.run([python, "-c", "import features"], cwd=tmp_path, capture_output=True, check=False)
    assert b"No module named 'features'" in absent.stderr
    body = _ask(python, built, "/v1/scores", {"customers": ["1"]})
    assert 0 < body["scores"][0]["churn_probability"] < 1


@pytest.mark.slow
def test_bentoml_build_works_in_a_checkout(tmp_path: Path) -> None:
    for package in bento.PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "requirements.lock", "stamkund.py"):
        shutil.copy(ROOT / file, tmp_path / file)
    environment = os.environ | {"BENTOML_HOME": str(tmp_path / "home"), "BENTOML_DO_NOT_TRACK": "true"}
    command = [sys.executable, "-m", "bentoml", "build", "--output", "tag"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("__tag__:stamkund:")


def _make(config: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from bentoml._internal.configuration.containers import BentoMLContainer  # noqa: PLC0415

    monkeypatch.setenv("BENTOML_HOME", str(folder / "home"))
    for part in ("bentos", "models", "tmp"):
        (folder / "home" / part).mkdir(parents=True)
    BentoMLContainer.bentoml_home.set(str(folder / "home"))
    try:
        return make_bento(config).path
    finally:
        BentoMLContainer.bentoml_home.reset()


def _clean_python(folder: Path) -> Path:
    uv = [sys.executable, "-m", "uv"]
    venv = folder / "venv"
    subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, venv], check=True)
    sync: list[str | Path] = [
        *uv,
        "pip",
        "sync",
        "--quiet",
        "--require-hashes",
        "--python",
        venv / "bin/python",
        ROOT / "requirements.lock",
    ]
    subprocess.run(sync, check=True)
    return venv / "bin/python"


def _ask(python: Path, built: Path, path: str, body: object) -> dict[str, list[dict[str, float]]]:
    port = free_port()
    command: list[str | Path] = [python, "-m", "bentoml", "serve", built, "--host", "127.0.0.1", "--port", str(port)]
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "STAMKUND_CONFIG")}
    child = subprocess.Popen(command, cwd=built, env=kept | {"BENTOML_DO_NOT_TRACK": "true"})
    try:
        end = time.monotonic() + 180
        while time.monotonic() < end and child.poll() is None:
            try:
                got = httpx.post(f"http://127.0.0.1:{port}{path}", json=body)
                return dict(got.raise_for_status().json())
            except httpx.TransportError:
                time.sleep(0.2)
        pytest.fail("The bento does not answer.")
    finally:
        child.terminate()
        child.wait(timeout=20)
