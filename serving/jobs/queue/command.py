"""The command line that does a job: a process, and a group of processes, of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import orjson

from features.errors import StamkundError
from serving.jobs.queue.job import Job, Json, State
from serving.jobs.queue.last_words import last_words

PROGRAM: Final = [sys.executable, "-m", "stamkund"]
WORDS: Final = {"effects": ("decisions", "effects")}  # by kind its command; otherwise that has the name of the kind
PROGRESS: Final = "STAMKUND_PROGRESS"  # the environment variable that names the descriptor to tell progress to
GRACE: Final = 20.0  # seconds that a job has to end in, once it is told to
DONE: Final = (0, 3)  # exit codes: done, or done but something was refused


@dataclass(frozen=True)
class Outcome:
    """What came of a command: the state of its job, what it told, and the lines of code where it broke."""

    state: State
    exit_code: int
    result: Json | None = None
    error: Json | None = None
    trace: str = ""


class Command:
    """A running command line; ``lock`` is held as long as it runs."""

    def __init__(self, job: Job, settings_file: Path, lock: int) -> None:
        self.job = job
        self._out, self._errors = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115  (read at its end)
        self._steps, steps = os.pipe()
        os.set_blocking(self._steps, False)
        self._process = subprocess.Popen(  # noqa: S603
            [*PROGRAM, *WORDS.get(job.kind, (job.kind,)), "--json", "--config", str(settings_file), *job.arguments],
            cwd=settings_file.parent,
            env={**os.environ, PROGRESS: str(steps), "TYPER_STANDARD_TRACEBACK": "1"},
            stdin=subprocess.DEVNULL,
            stdout=self._out,
            stderr=self._errors,
            pass_fds=(steps, lock),
            start_new_session=True,
        )
        os.close(steps)
        self._unread = b""
        self._deadline: float | None = None

    def progress(self) -> Json | None:
        """How far it is, where it has told anything new."""
        with suppress(BlockingIOError):
            self._unread += os.read(self._steps, 1 << 20)
        *lines, self._unread = self._unread.split(b"\n")
        return dict(zip(("step", "done", "total"), orjson.loads(lines[-1]), strict=True)) if lines else None

    def stop(self) -> None:
        """Tell it, and all that it began, to end; those that do not in time are killed."""
        if self._deadline is None:
            self._deadline = time.monotonic() + GRACE
            self._signal(signal.SIGTERM)
        elif time.monotonic() > self._deadline:
            self._signal(signal.SIGKILL)

    def outcome(self, *, cancelled: bool) -> Outcome | None:
        """What came of it; None as long as it runs."""
        code = self._process.poll()
        if code is None:
            return None
        self._signal(signal.SIGKILL)  # what it began and left
        told, errors = _read(self._out), _read(self._errors)
        os.close(self._steps)
        content = _content(told)
        if code in DONE:
            return Outcome("done", code, content)
        if cancelled:
            return Outcome("cancelled", code)
        error = content.pop("error", None) if content else None
        if isinstance(error, Mapping):
            return Outcome("failed", code, content or None, error)
        return Outcome("failed", code, error=_broken(code), trace=last_words(errors.decode(errors="replace")))

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


def _read(file: IO[bytes]) -> bytes:
    with file:
        file.seek(0)
        return file.read()


def _content(told: bytes) -> dict[str, object] | None:
    try:
        content = orjson.loads(told)
    except orjson.JSONDecodeError:
        return None
    return content if isinstance(content, dict) else None


def _broken(code: int) -> Json:
    """The error of a process that told none.

    >>> _broken(-9)["code"], _broken(1)["code"]
    ('killed', 'internal_error')
    """
    if code < 0:
        name = signal.Signals(-code).name
        return StamkundError("killed.memory" if name == "SIGKILL" else "killed", signal=name).answer()
    return StamkundError("internal_error.job").answer()
