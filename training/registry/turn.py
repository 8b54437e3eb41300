"""One training at a time in a home: two would register and promote across each other."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from features.errors import StamkundError
from features.progress import Progress

LOCK: Final = ".training.lock"
WAIT: Final = 1800.0  # seconds: longer than a training should take
LOOK: Final = 0.5


@contextmanager
def turn(home: Path, progress: Progress, *, wait: float = WAIT) -> Iterator[None]:
    """Wait until no other training runs in the home, then let none begin until the block ends.

    Raises :class:`StamkundError` ``training_busy`` after ``wait`` seconds.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / LOCK).open("w") as file:
        until = time.monotonic() + wait
        while not _taken(file):
            if time.monotonic() >= until:
                text = f"Another training has been running in {home} for {wait:.0f} seconds. Wait for it to end."
                raise StamkundError("training_busy", text, field="home")
            progress("waiting for another training to end", 0, 1)
            time.sleep(min(LOOK, wait))
        yield


def _taken(file: IO[str]) -> bool:
    """Whether the lock could be had; it is given back when the file is closed, or its process dies."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
