"""The service in a process of its own, as its command line starts it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from benchmarks.serving.clients import answer, connect
from benchmarks.serving.questions import Request
from serving.process.listener import free_port

PATIENCE: Final = 600  # seconds for the service to start, which takes a minute where ten others want the processor


@contextmanager
def service(config: Path, *, port: int | None = None, workers: int = 1) -> Iterator[tuple[str, int]]:
    """The service of a settings file from its command line; yields its address and the first of its processes.

    The processes are a group of their own.
    """
    port = port or free_port()
    command = [sys.executable, "-m", "stamkund", "serve", "--config", str(config), "--port", str(port)]
    command += ["--workers", str(workers)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True) as child:  # noqa: S603
        try:
            _await(child, f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}", child.pid
        finally:
            child.terminate()


def _await(child: subprocess.Popen[bytes], address: str) -> None:
    end = time.monotonic() + PATIENCE
    while child.poll() is None and time.monotonic() < end:
        try:
            with closing(connect(address)) as connection:
                answer(connection, Request("/readyz"))
        except (OSError, AssertionError):
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"The service at {address} is not ready.")
