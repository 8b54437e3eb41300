"""One process that answers, as the process that watches it knows it."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Final

from uvicorn.supervisors.multiprocess import Process

PATIENCE: Final = 60.0  # seconds that a worker may be too busy to say that it is there


class Worker(Process):
    """A process that is asked now and then whether it is there, and not waited for meanwhile."""

    has_started = False  # as it answered last
    _asked_at: float | None = None  # None once it has answered

    def is_alive(self, timeout: float = PATIENCE) -> bool:
        """Whether it runs, and has answered within ``timeout`` seconds of being asked."""
        if not self.process.is_alive():
            return False
        with suppress(OSError, EOFError):  # the pipe of a process that is just ending
            while self.parent_conn.poll(0):
                self.has_started = bool(self.parent_conn.recv())
                self._asked_at = None
            if self._asked_at is None:
                self.parent_conn.send(b"ping")
                self._asked_at = time.monotonic()
        return self._asked_at is None or time.monotonic() - self._asked_at < timeout
