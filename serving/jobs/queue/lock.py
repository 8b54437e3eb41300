"""The lock of a home's runner of jobs: as long as somebody holds it, jobs may run; once it is free, none does."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def runner_lock(home: Path) -> Iterator[int | None]:
    """The descriptor of the lock, held as long as it is open here or in a process that was given it.

    None where another holds it.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / "jobs.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        yield file.fileno()
