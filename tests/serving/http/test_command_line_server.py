"""The server of the command line, its description, and clients that are generated from it."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest

from features.config.settings import read_settings
from serving.store.engine import open_store
from serving.store.keys import SCOPES, clock, create_key
from tests.postgres import absent
from tests.serving.contract import Contract
from tests.serving.http.servers import Server, stamkund_server
from tests.serving.http.test_libraries import HOW, LIBRARIES, MODULES, PYTHON
from tests.serving.shop import carried_shop

# What the programs `ask` are answered: a message is accepted, and one in a batch; a profile is of the shop's moment;
# one of two customers has scores; an offer is chosen; nobody's scores are refused.
TOLD = ["1", "accepted", "2017-12-03T00:00:00", "true", "unknown_customer", "now-drinks", "no_profiles"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop whose folder carries its champions."""
    return carried_shop(tmp_path_factory.mktemp("carried"))


@pytest.fixture(scope="module")
def key(home: Path) -> str:
    """The secret of a key that opens everything."""
    store = open_store(read_settings(home / "stamkund.yaml").store_url)
    secret = create_key(store, "shop", SCOPES, now=clock(), lifetime=None)[1]
    store.dispose()
    return secret


@pytest.fixture(scope="module")
def server(home: Path, key: str) -> Iterator[Server]:  # noqa: ARG001 (there before the server is)
    """The shop's server and its process."""
    with stamkund_server(home / "stamkund.yaml", home / "log") as server:
        yield server


@pytest.fixture(scope="module")
def generated(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the server says of itself, and where clients are generated."""
    if not PYTHON.exists() or not MODULES.exists() or shutil.which("node") is None:
        absent("libraries", HOW)
    folder = tmp_path_factory.mktemp("generated")
    (folder / "openapi.json").write_text(httpx.get(f"{server[0]}/openapi.json").text)
    (folder / "node_modules").symlink_to(MODULES)
    return folder


def run(command: Sequence[str | Path], folder: Path) -> list[str]:
    """The lines that a program prints; all of what it says if it fails."""
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout.lower().splitlines()


def test_what_the_server_answers_itself_is_described(server: Server) -> None:
    with httpx.Client(base_url=server[0]) as http:
        contract = Contract(http.get("/openapi.json").json())
        for path in ("/healthz", "/livez", "/readyz", "/metrics"):
            got = http.get(path)
            contract.check(got)
            assert got.status_code == 200
        nowhere = http.get("/v1%0A")
        contract.check(nowhere)
        assert nowhere.json()["error"]["code"] == "not_found"
        assert "bentoml_service_request_total" in http.get("/metrics").text


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="only Linux tells what a process has loaded")
def test_what_only_answers_has_not_loaded_what_reads_sources(server: Server) -> None:
    _, child = server
    assert "duckdb" not in Path(f"/proc/{child.pid}/maps").read_text(encoding="utf-8")


def test_a_client_for_python_is_generated_typed_and_answered(server: Server, key: str, generated: Path) -> None:
    (generated / "config.yaml").write_text("post_hooks: []")
    options = [
        "--path",
        "openapi.json",
        "--output-path",
        "stamkund_client",
        "--meta",
        "none",
        "--config",
        "config.yaml",
    ]
    run([PYTHON.parent / "openapi-python-client", "generate", *options], generated)
    shutil.copy(LIBRARIES / "ask.py", generated)
    checked = run([sys.executable, "-m", "mypy", "--strict", "--python-executable", PYTHON, "ask.py"], generated)
    assert checked == ["success: no issues found in 1 source file"]
    told = run([PYTHON, "ask.py", server[0], key], generated)
    assert [line.removesuffix("+00:00") for line in told] == [line.lower() for line in TOLD]


def test_a_client_for_typescript_is_generated_typed_and_answered(server: Server, key: str, generated: Path) -> None:
    programs = MODULES / ".bin"
    options = ["--output", "stamkund.d.ts", "--default-non-nullable", "false"]
    run([programs / "openapi-typescript", "openapi.json", *options], generated)
    shutil.copy(LIBRARIES / "ask.mts", generated)
    options = ["--strict", "--skipLibCheck", "--target", "es2022", "--module", "nodenext"]
    run([programs / "tsc", *options, "ask.mts"], generated)
    told = run(["node", "ask.mjs", server[0], key], generated)
    assert [line.removesuffix(".000z") for line in told] == [line.lower() for line in TOLD]


def test_on_an_interrupt_the_server_ends_and_has_logged_nothing_else(server: Server, home: Path) -> None:
    url, child = server
    assert httpx.get(f"{url}/healthz").status_code == 200
    child.send_signal(signal.SIGINT)
    assert child.wait(timeout=20) == 0
    (line,) = (home / "log").read_text().splitlines()
    assert line.startswith("Serving on ")
