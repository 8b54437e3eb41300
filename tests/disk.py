"""A small disk of its own for tests of what happens when there is no room left."""

from __future__ import annotations

import errno
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HOW = "a small disk is mounted (tmpfs), which only root may do"


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A folder on a disk of so many MB; skips where none can be mounted."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode:
        pytest.skip(HOW)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def without_room(disk: Path, *, left: int = 0) -> Iterator[None]:
    """The disk filled up to so many bytes, until the end."""
    filling = disk / "filling"
    with filling.open("wb") as file:
        try:
            while True:
                file.write(bytes(65_536))
                file.flush()
        except OSError as error:
            assert error.errno == errno.ENOSPC
            file.truncate(max(0, file.seek(0, 2) - left))
    try:
        yield
    finally:
        filling.unlink()
