"""Run the service: in this process for one worker, as BentoML's own server for more."""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import uvicorn

from features.errors import StamkundError
from serving import SERVICE
from serving.http.environment import CONFIG, check_keys, check_lake, quiet

if TYPE_CHECKING:
    import bentoml

START_TIMEOUT: Final = 120.0  # seconds for the models to be loaded


def serve(
    config: Path | str,
    *,
    host: str = "127.0.0.1",
    port: int = 3000,
    workers: int = 1,
    ready: Callable[[str], None] | None = None,
) -> int:
    """Serve until interrupted; returns the exit code. ``ready`` gets the address once requests are answered."""
    _prepare(config, host, port)
    if workers > 1:
        return _bentoml(host, port, workers)
    server = _Server(_config(host, port), ready)
    try:
        server.run()
    except KeyboardInterrupt:
        return 0
    return 0 if server.started else 1


@contextmanager
def background_service(config: Path | str, *, host: str = "127.0.0.1", port: int = 3000) -> Iterator[str]:
    """The service in the background of this process, as long as the context is open; yields its address."""
    _prepare(config, host, port)
    server = _Server(_config(host, port), None)
    thread = threading.Thread(target=server.run, name="stamkund-serve", daemon=True)
    thread.start()
    try:
        _await(server, thread)
        yield _address(host, port)
    finally:
        server.should_exit = True
        thread.join(timeout=10)


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nothing listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[str], None] | None) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._ready is not None:
            self._ready(_address(self.config.host, self.config.port))


@cache
def _metrics_folder() -> None:
    """BentoML keeps its metrics in files: give it a folder for as long as this process lives, before it is imported."""
    folder = tempfile.mkdtemp(prefix="stamkund-metrics-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder


def _config(host: str, port: int) -> uvicorn.Config:
    _metrics_folder()
    from serving.http.service import Stamkund  # noqa: PLC0415  (BentoML takes a second to import)

    service = cast("bentoml.Service[object]", Stamkund)  # what the decorator makes of the class
    return uvicorn.Config(
        service.to_asgi(), host=host, port=port, log_config=None, access_log=False, server_header=False
    )


def _prepare(config: Path | str, host: str, port: int) -> None:
    """Refuse what cannot work before anything is loaded, and say by the environment which settings to serve."""
    check_lake(config)
    check_keys(config, host)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            message = f"Cannot listen on {host}:{port}: {error.strerror}. Stop what uses it, or give another port."
            raise StamkundError("port_in_use", message, field="port") from None
    os.environ[CONFIG] = str(Path(config).resolve())
    os.environ.setdefault("BENTOML_DO_NOT_TRACK", "true")
    quiet()


def _await(server: uvicorn.Server, thread: threading.Thread) -> None:
    end = time.monotonic() + START_TIMEOUT
    while not server.started:
        if not thread.is_alive() or time.monotonic() > end:
            raise StamkundError("not_started", "The service did not start; the log above says why.")
        time.sleep(0.02)


def _bentoml(host: str, port: int, workers: int) -> int:
    """BentoML's own server, which starts and watches the workers."""
    code = str(Path(__file__).resolve().parents[2])
    command = [sys.executable, "-m", "bentoml", "serve", SERVICE, "--host", host, "--port", str(port)]
    environment = os.environ | {"BENTOML_CONFIG_OPTIONS": f"services.Stamkund.workers={workers}"}
    try:
        return subprocess.run([*command, "--working-dir", code], env=environment, check=False).returncode  # noqa: S603
    except KeyboardInterrupt:
        return 0


def _address(host: str, port: int) -> str:
    return f"http://{'localhost' if host == '0.0.0.0' else host}:{port}"  # noqa: S104
