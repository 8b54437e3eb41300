"""The service in processes of its own, as BentoML's command or ours starts them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from serving import SERVICE
from serving.process.listener import free_port

ROOT = Path(__file__).parents[3]
Server = tuple[str, subprocess.Popen[bytes]]


@contextmanager
def bentoml_server(config: Path, log: Path) -> Iterator[Server]:
    """What ``bentoml serve`` serves, and its process."""
    with _server(["-m", "bentoml", "serve", SERVICE, "--host", "127.0.0.1"], config, log) as server:
        yield server


@contextmanager
def stamkund_server(config: Path, log: Path, *options: str) -> Iterator[Server]:
    """What ``stamkund serve`` serves, and its process."""
    with _server(["-m", "stamkund", "serve", "--config", str(config), *options], config, log) as server:
        yield server


@contextmanager
def _server(arguments: list[str], config: Path, log: Path) -> Iterator[Server]:
    port = free_port()
    command = [sys.executable, *arguments, "--port", str(port)]
    environment = os.environ | {"STAMKUND_CONFIG": str(config), "BENTOML_DO_NOT_TRACK": "true"}
    with log.open("w") as out:
        child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
        try:
            yield _answering(f"http://127.0.0.1:{port}", child, log), child
        finally:
            child.terminate()
            child.wait(timeout=60)  # what is being answered has 20 seconds to be, on a machine that may be busy


def _answering(url: str, child: subprocess.Popen[bytes], log: Path) -> str:
    end = time.monotonic() + 180  # two processes import everything, on a machine that may be busy
    with httpx.Client() as http:  # one for all attempts: each reads the machine's certificates
        while time.monotonic() < end and child.poll() is None:
            try:
                if http.get(f"{url}/readyz").status_code == 200:
                    return url
            except httpx.TransportError:
                pass
            time.sleep(0.1)
    pytest.fail(f"The server does not answer:\n{log.read_text()}")
