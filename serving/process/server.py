"""Run the service: in this process for one worker, in processes that this one watches for several."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import uvicorn

from features.config.settings import read_settings
from features.errors import StamkundError
from serving.http.environment import CONFIG, check_keys, check_lake, check_store
from serving.http.limits.connections import Connections
from serving.process.application import application, configuration
from serving.process.lean import prepare_to_answer
from serving.process.listener import address, listener
from serving.process.workers import Workers
from serving.telemetry.lines import log_lines

START_TIMEOUT: Final = 120.0  # seconds for the models to be loaded


def serve(
    config: Path | str,
    *,
    host: str = "127.0.0.1",
    port: int = 3000,
    workers: int = 1,
    ready: Callable[[str], None] = lambda _: None,
) -> int:
    """Serve until interrupted or terminated; returns the exit code.

    ``ready`` gets the address once requests are answered. What is being answered when the end comes is answered still.
    """
    bound, connections = _prepare(config, host, port), _connections(config)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the end of a service is no failure
    try:
        if workers > 1:
            return Workers(workers, bound, lambda: ready(address(host, port)), connections=connections).exit_code()
        prepare_to_answer(read_settings(config))
        server = _Server(configuration(application(), connections=connections), lambda: ready(address(host, port)))
        server.run([bound])
    except KeyboardInterrupt:
        return 0
    return 0 if server.started else 1


@contextmanager
def background_service(config: Path | str, *, host: str = "127.0.0.1", port: int = 3000) -> Iterator[str]:
    """The service in the background of this process, as long as the context is open; yields its address."""
    bound, connections = _prepare(config, host, port), _connections(config)
    server = uvicorn.Server(configuration(application(), connections=connections))
    thread = threading.Thread(target=server.run, args=([bound],), name="stamkund-serve", daemon=True)
    thread.start()
    try:
        _await(server, thread)
        yield address(host, port)
    finally:
        server.should_exit = True
        thread.join(timeout=10)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


def _connections(config: Path | str) -> Connections:
    settings = read_settings(config)
    return Connections(settings.serving.connections, settings.language)


def _prepare(config: Path | str, host: str, port: int) -> socket.socket:
    """The socket to listen on, after what cannot work is refused; the environment says which settings to serve."""
    check_lake(config)
    check_store(config)
    check_keys(config, host)
    bound = listener(host, port)
    os.environ[CONFIG] = str(Path(config).resolve())
    os.environ.setdefault("BENTOML_DO_NOT_TRACK", "true")
    log_lines(read_settings(config).serving.logs)
    return bound


def _await(server: uvicorn.Server, thread: threading.Thread) -> None:
    end = time.monotonic() + START_TIMEOUT
    while not server.started:
        if not thread.is_alive() or time.monotonic() > end:
            raise StamkundError("not_started", "The service did not start; the log above says why.")
        time.sleep(0.02)
