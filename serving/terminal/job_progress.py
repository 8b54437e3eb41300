"""The progress of a command line that runs as a job: told to its runner, without whom it ends."""

from __future__ import annotations

import os
import select
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import orjson

from features.progress import Progress
from serving.jobs.queue.command import GRACE, PROGRESS

EVERY: Final = 0.2  # seconds between two reports of one step


def runner_of_jobs() -> int | None:
    """The descriptor to tell progress to, where this command runs as a job."""
    steps = os.environ.get(PROGRESS)
    return None if steps is None else int(steps)


@contextmanager
def told_progress(steps: int) -> Iterator[Progress]:
    """The callback whose reports are written to a descriptor; SIGTERM, or the end of who reads them, ends the work."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that drafts are taken away
    threading.Thread(target=_follow, args=(steps,), name="stamkund-follow", daemon=True).start()
    told, last = 0.0, ""

    def report(step: str, done: int, total: int) -> None:
        nonlocal told, last
        now = time.monotonic()
        if step != last or done == total or now - told > EVERY:
            told, last = now, step
            os.write(steps, orjson.dumps([step, done, total]) + b"\n")

    yield report


def _follow(steps: int) -> None:
    """End once nobody reads any more: in order, or after a while anyhow."""
    waiting = select.poll()
    waiting.register(steps, 0)  # asked for nothing, it tells of the end of the reader alone
    waiting.poll()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)
