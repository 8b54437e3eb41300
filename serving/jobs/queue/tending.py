"""What every process of the service sees to: that a job's state is true, and that somebody runs what waits."""

from __future__ import annotations

import subprocess
import sys
import threading

from sqlalchemy.engine import Engine

from features.config.settings import Settings
from serving.jobs.queue.lock import runner_lock
from serving.jobs.queue.rows import end_lost_jobs, unfinished_jobs


def tend_jobs(settings: Settings, store: Engine) -> None:
    """Where no runner is there, end jobs that ran under one, and begin a runner for those that wait."""
    if not unfinished_jobs(store):
        return
    with runner_lock(settings.home) as lock:
        if lock is None:
            return
        end_lost_jobs(store)
        waiting = unfinished_jobs(store)
    if waiting:
        _begin_runner(settings)


def _begin_runner(settings: Settings) -> None:
    """A process of its own, which neither a worker's end nor Ctrl-C ends."""
    command = [sys.executable, "-m", "serving.jobs.queue.runner", str(settings.file)]
    runner = subprocess.Popen(  # noqa: S603
        command, start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    threading.Thread(target=runner.wait, name="stamkund-runner", daemon=True).start()  # takes note of its end
