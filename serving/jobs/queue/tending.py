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
        if unfinished_jobs(store):
            _begin_runner(settings, lock)


def _begin_runner(settings: Settings, lock: int) -> None:
    """A process of its own, which neither a worker's end nor Ctrl-C ends.

    It is handed the lock, for it takes seconds to import what it needs: nobody begins another meanwhile.
    """
    command = [sys.executable, "-m", "serving.jobs.queue.runner", str(settings.file), str(lock)]
    runner = subprocess.Popen(  # noqa: S603
        command, start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=(lock,)
    )
    threading.Thread(target=runner.wait, name="stamkund-runner", daemon=True).start()  # takes note of its end
