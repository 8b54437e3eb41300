"""Files that are replaced whole or not at all, and folders that one writes at a time."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from features.errors import StamkundError


def digest(file: Path) -> str:
    """The SHA-256 of a file's content."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def replace_text(file: Path, text: str) -> None:
    """Write a file so that after a loss of power too it holds either the old text or the new one."""
    draft = file.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    sync(draft)
    sync(file.parent)
    draft.replace(file)
    sync(file.parent)


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, have reached the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Only one writer at a time in a folder."""
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            msg = f"Another build is writing to {folder}. Wait for it to end, then try again."
            raise StamkundError("lake_busy", msg) from None
        yield
