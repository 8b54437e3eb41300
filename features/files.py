"""Files and folders that are replaced whole or not at all, and folders that one writes at a time."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from features.errors import StamkundError


def digest(file: Path) -> str:
    """The SHA-256 of a file's content."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def atomic_file(file: Path) -> Iterator[Path]:
    """The path of a draft to write: on leaving, it takes the file's place, on the disk and all at once.

    On an error the draft is gone and the old file stays; so it does when nothing was written to the draft.

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with atomic_file(Path(folder, "new", "a.txt")) as draft:
    ...         _ = draft.write_text("whole")
    ...     Path(folder, "new", "a.txt").read_text()
    'whole'
    """
    file = file.resolve()  # a link stays one
    if file.exists() and not file.is_file():
        raise StamkundError("not_a_file", f"{file} is there and is no file. Name a file that can be replaced.")
    with _draft(file) as draft:
        yield draft
        if draft.exists():
            sync(draft)
            draft.replace(file)
            sync(file.parent)


@contextmanager
def atomic_folder(folder: Path) -> Iterator[Path]:
    """A new folder to fill: on leaving, it takes the place of the old one with all that the old one held.

    On an error the new folder is gone and the old one stays.
    """
    with _draft(folder) as draft:
        draft.mkdir()
        yield draft
        for path in (*draft.rglob("*"), draft):
            sync(path)
        if folder.exists():
            folder.rename(draft.with_name(".old"))
        draft.rename(folder)
        sync(folder.parent)


def write_text(file: Path, text: str) -> None:
    """Write a file so that after a loss of power too it holds either the old text or the new one."""
    with atomic_file(file) as draft:
        draft.write_text(text, encoding="utf-8")


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, have reached the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def alone(folder: Path, busy: StamkundError | None = None) -> Iterator[None]:
    """Only one writer at a time in a folder; to another one ``busy`` is raised, without it ``lake_busy``."""
    with ExitStack() as stack:
        try:
            stack.enter_context(_lock(folder))
        except BlockingIOError:
            msg = f"Another build is writing to {folder}. Wait for it to end, then try again."
            raise busy or StamkundError("lake_busy", msg) from None
        yield


@contextmanager
def _draft(path: Path) -> Iterator[Path]:
    """A path of the same name in a temporary folder beside it: on the same disk, so that a rename moves it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    prefix, suffix = f".{path.name}-", ".draft"
    for leftover in path.parent.iterdir():
        if leftover.name.startswith(prefix) and leftover.name.endswith(suffix):  # by one that was killed, or another's
            with suppress(BlockingIOError), _lock(leftover):
                shutil.rmtree(leftover)
    with tempfile.TemporaryDirectory(prefix=prefix, suffix=suffix, dir=path.parent) as folder, _lock(Path(folder)):
        yield Path(folder, path.name)


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Lock a folder; BlockingIOError where another writer does."""
    with (folder / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
