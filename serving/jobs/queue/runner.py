"""The one process that runs a home's jobs, one of each kind at a time, until none is left."""

from __future__ import annotations

import logging
import signal
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from features.config.settings import Settings, read_settings
from features.errors import StamkundError
from serving.jobs.queue.command import Command, Outcome
from serving.jobs.queue.job import INTERRUPTED, Job, Json
from serving.jobs.queue.rows import advance_job, end_job, start_job, unfinished_jobs
from serving.store.engine import opened_store
from serving.store.outages.outage import outage_of

log = logging.getLogger("stamkund.jobs")
EVERY: Final = 0.25  # seconds between two looks at jobs and processes


def run_jobs(settings: Settings, stop: threading.Event, *, lock: int) -> None:
    """Run what waits until nothing does, or until told to stop; ``lock`` is that of the home, which is held here."""
    with opened_store(settings) as store:
        Runner(settings, store, lock, stop).run()


@dataclass
class Runner:
    """The commands that run, by kind, and how far each has told to be."""

    settings: Settings
    store: Engine
    lock: int
    stop: threading.Event
    commands: dict[str, Command] = field(default_factory=dict)
    ended: list[tuple[Job, Outcome]] = field(default_factory=list)

    def run(self) -> None:
        """Look after them until there are none; a store that does not answer is asked again."""
        answers = True
        while True:
            try:
                left = self._look()
                answers = True
            except SQLAlchemyError as error:
                if outage_of(error) is None:
                    raise
                if answers:
                    code = outage_of(error)
                    text = "The store does not answer (%s); jobs go on, and are told of later."
                    log.error(text, code, extra={"event": code})
                answers, left = False, True
            if not left:
                return
            time.sleep(EVERY)

    def _look(self) -> bool:
        """Take note of what has ended, tell how far the others are, begin what waits; whether anything is left."""
        jobs = {job.job_id: job for job in unfinished_jobs(self.store)}
        for kind, command in list(self.commands.items()):
            self._attend(kind, command, jobs.get(command.job.job_id, command.job))
        while self.ended:
            self._tell(*self.ended[0])
            del self.ended[0]
        for job in jobs.values():
            if job.state == "queued" and job.kind not in self.commands and not self.stop.is_set():
                self._begin(job)
        waiting = any(job.state == "queued" for job in jobs.values()) and not self.stop.is_set()
        return bool(self.commands) or waiting

    def _attend(self, kind: str, command: Command, job: Job) -> None:
        cancelled = job.cancelled_at is not None
        if cancelled or self.stop.is_set():
            command.stop()
        outcome = command.outcome(cancelled=cancelled)
        if outcome is not None:
            del self.commands[kind]
            self.ended.append((job, outcome))
        elif progress := command.progress():
            advance_job(self.store, job, progress)

    def _begin(self, job: Job) -> None:
        if start_job(self.store, job):
            self.commands[job.kind] = Command(job, self.settings.file, self.lock)

    def _tell(self, job: Job, outcome: Outcome) -> None:
        error: Json | None = outcome.error
        if outcome.state == "failed" and self.stop.is_set():
            error = StamkundError(INTERRUPTED).answer()
        elif outcome.trace:
            extra = {"event": "job_failed", "trace": outcome.trace}
            log.error("Job %s (%s) failed by a mistake of ours.", job.job_id, job.kind, extra=extra)
        end_job(self.store, job, outcome.state, exit_code=outcome.exit_code, result=outcome.result, error=error)


def main() -> None:
    """Run the jobs of the settings that the first argument names; SIGTERM ends those that run and leaves the others.

    The second argument is the descriptor of the lock, which whoever began this process has handed on.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run_jobs(read_settings(Path(sys.argv[1])), stop, lock=int(sys.argv[2]))


if __name__ == "__main__":
    main()
