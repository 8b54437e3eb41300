"""Libraries that shops send messages with, unchanged, against a running service."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import polars as pl
import pytest
import uvicorn

from features.reading.iso import parse
from features.units import HOUR
from serving.http.app import create_app
from serving.http.current.state import CurrentState
from serving.store.event_log import log_frame
from serving.store.keys import clock, create_key
from tests.postgres import absent

LIBRARIES = Path(__file__).parents[2] / "libraries"
PYTHON, MODULES = LIBRARIES / ".venv" / "bin" / "python", LIBRARIES / "node_modules"
HOW = "The libraries of others are not installed; `make libraries` brings them (Node 20 or later must be there)"
SENT = ["identify", "order", "view", "visit", "visit", "identify", "alias"]


PAGE = """<html><script>
window.analytics = []
for (const call of ["identify", "track", "page", "screen", "group", "alias"])
  analytics[call] = (...given) => analytics.push([call, ...given])
analytics._writeKey = "KEY"
analytics._cdn = location.origin
analytics.identify("page", {email: "anna@shop.example"})
analytics.track("Order Completed", {order_id: "page", revenue: 9})
analytics.page("Shop", "Home")
analytics.screen("Start")
analytics.group("tea-club", {name: "Tea club"})
analytics.alias("page-new", "page")
</script><script src="/analytics-next/bundles/standalone.js"></script></html>"""


@contextmanager
def served(current: CurrentState) -> Iterator[str]:
    """The address of the shop's service, which runs in a thread."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(create_app(current), log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=10)


def deliver(current: CurrentState, command: Sequence[str | Path], packing: str) -> pl.DataFrame:
    """What the store holds after a program has sent its messages with a key."""
    secret = create_key(current.state.store, "shop", ["write"], now=clock(), lifetime=None)[1]
    with served(current) as address:
        ran = subprocess.run(
            [*command, address, secret, packing], capture_output=True, text=True, check=False, timeout=60
        )
    assert (ran.returncode, ran.stderr) == (0, "")
    return log_frame(current.state.store)[0]


def check(events: pl.DataFrame, who: str, current: CurrentState) -> None:
    """All arrived: what happens now at the shop's moment, history at its own, addresses beside the user."""
    assert events["kind"].to_list() == SENT
    assert set(events["fragment"]) == {who}
    assert events.filter(kind="order").select("order_id", "item_id", "value").rows() == [(who, "tea", 900)]
    now = current.state.settings.now()
    times = dict(events.select("kind", "time").rows())
    assert abs(times.pop("view") - parse("2017-11-01T12:00:00Z")) <= 1
    assert all(now - HOUR < time <= now for time in times.values())
    assert '"email":"anna@shop.example"' in str(events["ids"][0])
    assert '"library"' in str(events["properties"][3])
    assert events["received_at"].to_list() == [now] * len(SENT)


@pytest.mark.parametrize("packing", ["plain", "gzip"])
@pytest.mark.parametrize("library", ["segment", "rudder"])
def test_a_library_for_python_delivers_every_call(own: CurrentState, library: str, packing: str) -> None:
    if not PYTHON.exists():
        absent("libraries", HOW)
    events = deliver(own, [PYTHON, LIBRARIES / "deliver.py", library], packing)
    check(events, f"{library}-{packing}", own)


@pytest.mark.parametrize("packing", ["plain", "gzip"])
def test_segments_library_for_node_delivers_every_call(own: CurrentState, packing: str) -> None:
    node = shutil.which("node")
    if node is None or not MODULES.exists():
        absent("libraries", HOW)
    check(deliver(own, [str(node), LIBRARIES / "deliver.mjs"], packing), f"node-{packing}", own)


@contextmanager
def page(folder: Path) -> Iterator[str]:
    """The origin of a page, and the library beside it as Segment's CDN has it."""
    (folder / "analytics-next").mkdir()
    (folder / "analytics-next" / "bundles").symlink_to(MODULES / "@segment" / "analytics-next" / "dist" / "umd")
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["standard", "batching"])
def test_a_page_with_segments_library_delivers_every_call(own: CurrentState, tmp_path: Path, strategy: str) -> None:
    browser = shutil.which("chromium")
    if browser is None or not MODULES.exists():
        absent("chromium", f"Chromium is not installed (`apt-get install chromium`), or: {HOW}")
    state, key = own.state, create_key(own.state.store, "page", ["write"], now=clock(), lifetime=None)[1]
    with page(tmp_path) as origin:
        serving = state.settings.serving.model_copy(update={"origins": (origin,)})
        state = replace(state, settings=state.settings.model_copy(update={"serving": serving}))
        with served(CurrentState(state, lambda _: state, lambda: None)) as address:
            host = address.replace("127.0.0.1", "localhost").removeprefix("http://")
            plugin = {
                "apiKey": key,
                "apiHost": f"{host}/v1",
                "protocol": "http",
                "deliveryStrategy": {"strategy": strategy},
            }
            (tmp_path / "v1" / "projects" / key).mkdir(parents=True)
            settings = {"integrations": {"Segment.io": plugin}, "plan": {}}
            (tmp_path / "v1" / "projects" / key / "settings").write_text(json.dumps(settings))
            (tmp_path / "index.html").write_text(PAGE.replace("KEY", key))
            options = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=9000", "--dump-dom"]
            command = [str(browser), *options, f"--user-data-dir={tmp_path / 'browser'}", f"{origin}/"]
            subprocess.run(command, capture_output=True, check=True, timeout=120)
    events = log_frame(own.state.store)[0]
    assert sorted(events["kind"]) == sorted(["identify", "order", "visit", "visit", "identify", "alias"])
    assert set(events["id"]) == {"page"}
