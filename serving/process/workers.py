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
from typing import Final

from prometheus_client.multiprocess import mark_process_dead
from starlette.types import ASGIApp
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from features.config.settings import read_settings
from features.errors import StamkundError
from serving.http.environment import config_path
from serving.http.limits.connections import Connections
from serving.process.application import application, configuration
from serving.process.lean import prepare_to_answer
from serving.process.worker import Worker
from serving.telemetry.lines import log_lines

log = logging.getLogger("stamkund.serving")
START_TIMEOUT: Final = 600.0  # seconds for a worker to import and load everything, on a machine that may be busy
LOOK: Final = 0.1  # seconds between two looks at workers that are awaited


class Workers(Multiprocess):
    """Processes of one service, each begun again when it dies; SIGTERM and SIGINT end them all.

    Uvicorn's own supervisor kills a worker that is too busy to say within five seconds that it is there, and what it
    answers with it; and it hears no signal meanwhile.
    """

    processes: list[Worker]  # type: ignore[assignment]

    def __init__(
        self, workers: int, listener: socket.socket, ready: Callable[[], None], *, connections: Connections
    ) -> None:
        app = f"{__name__}:{worker.__name__}"
        super().__init__(configuration(app, connections=connections, workers=workers), [listener])
        self._ready = ready

    def init_processes(self) -> None:
        """Start them, and tell once all are ready to answer."""
        self.processes = [self._begin() for _ in range(self.processes_num)]
        if all([self._await(process) for process in self.processes]):  # noqa: C419  (each of them is awaited)
            self._ready()

    def keep_subprocess_alive(self) -> None:
        """Begin again those that died, and count nothing of a dead one as going on."""
        for place, process in enumerate(self.processes):
            if process.is_alive():
                continue
            process.kill()
            process.join()
            mark_process_dead(process.pid)
            if process.exitcode == STARTUP_FAILURE:  # it would fail again, and has said why
                self.should_exit.set()
                return
            text = "A worker ended (exit code %s), and another begins."
            log.error(text, process.exitcode, extra={"event": "worker_died"})
            self.processes[place] = self._begin()

    def restart_all(self) -> None:
        """Replace each worker, once another is ready in its place."""
        for place, before in enumerate(self.processes):
            process = self._begin()
            if not self._await(process):
                process.kill()
                process.join()
                log.error("A new worker could not begin; those before go on.", extra={"event": "not_restarted"})
                return
            self.processes[place] = process
            before.terminate()
            before.join()
            mark_process_dead(before.pid)

    def exit_code(self) -> int:
        """Watch them until told to stop; 1 when one could not start."""
        self.run()
        return int(any(process.exitcode == STARTUP_FAILURE for process in self.processes))

    def _begin(self) -> Worker:
        process = Worker(self.config, self.sockets)
        process.start()
        return process

    def _await(self, process: Worker) -> bool:
        """Whether a worker came to answer, before it ended or all were told to."""
        while not self.should_exit.is_set() and process.is_alive(START_TIMEOUT):
            if process.has_started:
                return True
            time.sleep(LOOK)
            self.handle_signals()
        return False


def worker() -> ASGIApp:
    """The application of one of them; a process that cannot have it ends with one line in the log."""
    log_lines()
    if (parent := parent_process()) is not None:
        threading.Thread(target=_follow, args=(parent,), name="stamkund-follow", daemon=True).start()
    try:
        prepare_to_answer(read_settings(config_path()))
        return application()
    except StamkundError as error:
        log.error("%s: %s", error.code, error, extra={"event": error.code})
        sys.exit(STARTUP_FAILURE)


def _follow(parent: BaseProcess) -> None:
    """End with the process that watches this one, however that ended."""
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
