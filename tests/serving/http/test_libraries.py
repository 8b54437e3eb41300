"""Libraries that shops send messages with, unchanged, against a running service."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest
import uvicorn

from features.reading.iso import parse
from features.units import HOUR
from serving.http.app import create_app
from serving.http.state import CurrentState
from serving.store.event_log import log_frame
from serving.store.keys import clock, create_key
from tests.postgres import absent

LIBRARIES = Path(__file__).parents[2] / "libraries"
PYTHON, MODULES = LIBRARIES / ".venv" / "bin" / "python", LIBRARIES / "node_modules"
HOW = "The libraries of others are not installed; `make libraries` brings them (Node 20 or later must be there)"
SENT = ["identify", "order", "view", "visit", "visit", "identify", "alias"]


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
