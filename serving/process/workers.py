"""Several processes that answer on one socket, and the one that watches them."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing import parent_process
from multiprocessing.process import BaseProcess

from prometheus_client.multiprocess import mark_process_dead
from starlette.types import ASGIApp
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from features.errors import StamkundError
from serving.process.application import application, configuration
from serving.process.lean import prepare_to_answer
from serving.telemetry.lines import log_lines

log = logging.getLogger("stamkund.serving")


class Workers(Multiprocess):
    """Processes of one service, each begun again when it dies; SIGTERM and SIGINT end them all."""

    def __init__(self, workers: int, listener: socket.socket, ready: Callable[[], None], *, connections: int) -> None:
        app = f"{__name__}:{worker.__name__}"
        super().__init__(configuration(app, connections=connections, workers=workers), [listener])
        self._ready = ready

    def init_processes(self) -> None:
        """Start them, and tell once all are ready to answer."""
        super().init_processes()
        while not self.should_exit.is_set() and not all(process.is_ready(1) for process in self.processes):
            self.handle_signals()
            if any(process.exitcode is not None for process in self.processes):
                return  # the first round of watching sees to it
            time.sleep(0.1)
        if not self.should_exit.is_set():
            self._ready()

    def keep_subprocess_alive(self) -> None:
        """Begin again those that died, and count nothing of a dead one as going on."""
        before = {process.pid for process in self.processes}
        super().keep_subprocess_alive()
        for pid in before - {process.pid for process in self.processes}:
            mark_process_dead(pid)

    def exit_code(self) -> int:
        """Watch them until told to stop; 1 when one could not start."""
        self.run()
        return int(any(process.exitcode == STARTUP_FAILURE for process in self.processes))


def worker() -> ASGIApp:
    """The application of one of them; a process that cannot have it ends with one line in the log."""
    log_lines()
    if (parent := parent_process()) is not None:
        threading.Thread(target=_follow, args=(parent,), name="stamkund-follow", daemon=True).start()
    prepare_to_answer()
    try:
        return application()
    except StamkundError as error:
        log.error("%s: %s", error.code, error, extra={"event": error.code})
        sys.exit(STARTUP_FAILURE)


def _follow(parent: BaseProcess) -> None:
    """End with the process that watches this one, however that ended."""
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
