from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from features.config.settings import read_settings
from features.errors import StamkundError
from serving.process.listener import free_port
from serving.process.server import background_service, serve
from serving.scoring.champions import load_lineup
from serving.store.engine import open_store
from tests.serving.decision_rows import saved_decision
from tests.serving.http.servers import ROOT, bentoml_server
from tests.serving.shop import carried_shop, open_shop


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop whose folder carries its champions."""
    return carried_shop(tmp_path_factory.mktemp("carried"))


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    """BentoML's own server on a free port."""
    with bentoml_server(home / "stamkund.yaml", home / "log") as (url, _):
        yield url


def test_carried_models_are_the_ones_that_were_saved(home: Path, tmp_path: Path) -> None:
    settings = read_settings(home / "stamkund.yaml")
    lineup = load_lineup(settings, folder=home)
    assert lineup is not None
    assert list(lineup.models) == ["lapse", "spend", "redemption"]
    assert load_lineup(settings, folder=tmp_path) is None


def test_bentomls_health_readiness_and_metrics_survive(url: str) -> None:
    for path in ("/healthz", "/livez", "/readyz"):
        assert httpx.get(url + path).status_code == 200
    httpx.post(f"{url}/v1/scores", json={"customers": ["1"]})
    metrics = httpx.get(f"{url}/metrics").text
    assert 'bentoml_service_request_total{endpoint="/v1/scores"' in metrics


def test_everything_else_is_ours(url: str, home: Path) -> None:
    (one,) = httpx.post(f"{url}/v1/scores", json={"customers": ["1"]}).json()["scores"]
    assert 0 < one["churn_probability"] < 1
    asked = {"profile": {"id": "1"}, "placements": [{"id": "home"}]}
    decided = httpx.post(f"{url}/v1/decisions", json=asked).json()
    store = open_store(read_settings(home / "stamkund.yaml").store_url)
    assert saved_decision(store, decided["decision_id"]) is not None
    store.dispose()
    missing = httpx.get(f"{url}/nothing")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "not_found")
    assert httpx.get(f"{url}/docs").status_code == 200
    assert httpx.get(f"{url}/static/swagger-ui-bundle.js").status_code == 200
    large = httpx.post(f"{url}/v1/batch", content=b" " * 200_000)
    assert (large.status_code, large.json()["error"]["code"]) == (413, "body_too_large")


def test_neither_log_nor_metrics_tell_who_was_asked_for(url: str, home: Path) -> None:
    for asked in ("user_id:1", "user_id:anna@shop.example", "nothing:anna@shop.example", "anna@shop.example"):
        httpx.get(f"{url}/v1/profiles/{asked}")
        httpx.get(f"{url}/{asked}")
    metrics = httpx.get(f"{url}/metrics").text
    assert 'endpoint="/v1/profiles/{key:path}"' in metrics
    assert ("user_id" in metrics, "anna" in metrics) == (False, False)
    assert "/v1/" not in (home / "log").read_text()


def test_beyond_this_machine_nothing_is_served_without_a_key(home: Path) -> None:
    for host in ("0.0.0.0", "::", ""):  # noqa: S104
        with pytest.raises(StamkundError, match="stamkund keys create NAME --scope read") as refused:
            serve(home / "stamkund.yaml", host=host, port=free_port())
        assert refused.value.code == "no_keys"


def test_without_models_it_starts_but_is_not_ready(tmp_path: Path) -> None:
    open_shop(tmp_path, models="carried")
    with background_service(tmp_path / "stamkund.yaml", port=free_port()) as url:
        assert httpx.get(f"{url}/healthz").status_code == 200
        assert httpx.get(f"{url}/readyz").status_code == 503
        got = httpx.post(f"{url}/v1/decisions", json={})
        assert (got.status_code, got.json()["error"]["code"]) == (503, "no_model")


def test_a_busy_port_is_told(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(StamkundError, match="Stop what uses it, or give another port") as refused:
            serve(home / "stamkund.yaml", port=taken.getsockname()[1])
    assert refused.value.code == "port_in_use"


@pytest.fixture
def corrupt(tmp_path: Path) -> Path:
    """Settings whose lake cannot be read."""
    (tmp_path / "stamkund.yaml").write_text("name: Shop\nhome: home\nsources: {}\n", encoding="utf-8")
    (tmp_path / "home" / "lake").mkdir(parents=True)
    (tmp_path / "home" / "lake" / "manifest.json").write_text("{", encoding="utf-8")
    return tmp_path / "stamkund.yaml"


def test_a_corrupt_lake_is_told_before_anything_starts(corrupt: Path) -> None:
    with pytest.raises(StamkundError) as caught:
        serve(corrupt, port=free_port())
    assert caught.value.code == "lake_corrupt"


def test_bentomls_server_says_in_one_line_that_a_lake_is_corrupt_and_ends(corrupt: Path) -> None:
    environment = os.environ | {"STAMKUND_CONFIG": str(corrupt), "BENTOML_DO_NOT_TRACK": "true"}
    command = [sys.executable, "-m", "bentoml", "serve", "serving.http.service:Stamkund", "--port", str(free_port())]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=180)
    (line,) = map(json.loads, (ended.stdout + ended.stderr).splitlines())
    assert (ended.returncode, line["level"], line["event"]) == (1, "error", "lake_corrupt")
    manifest = corrupt.parent / "home" / "lake" / "manifest.json"
    assert line["message"].startswith(f"lake_corrupt: The lake's manifest {manifest} is corrupt")


def test_a_missing_settings_file_is_told_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(StamkundError):
        serve(tmp_path / "stamkund.yaml", port=free_port())
