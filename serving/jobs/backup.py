"""A copy of a home that can take its place: lake, store, profiles, features and models, of one moment."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url

from features.config.settings import Settings
from features.errors import StamkundError
from features.files import alone, atomic_folder
from features.lake import Lake

_DATABASE: Final = b"SQLite format 3\0"  # how its files begin
_BESIDE: Final = ("-wal", "-shm", "-journal")  # of a database, and in its copy already


@dataclass(frozen=True)
class Backup:
    """Where the copy is, how many ``bytes`` it has, and what lies elsewhere and is not in it."""

    folder: Path
    bytes: int
    elsewhere: tuple[str, ...]


def back_up(settings: Settings, to: Path) -> Backup:
    """Copy the home into a new folder, while the service goes on; whatever was acknowledged before is in it.

    Builds wait outside meanwhile, so that lake, records and profiles are of one build. The copy is whole or not there.
    Raises ``lake_busy`` while a build runs, ``exists`` where the folder is there already, ``no_lake`` before the first
    build, ``inside_home`` where the copy would be copied.
    """
    if to.exists():
        raise StamkundError("exists", f"{to} exists. Name a folder that is not there yet, such as one of today's date.")
    Lake(settings.lake).check_written()
    if to.resolve().is_relative_to(settings.home.resolve()):
        raise StamkundError("inside_home", f"{to} lies in {settings.home}, which is copied. Name a folder elsewhere.")
    with alone(settings.home), alone(settings.lake), atomic_folder(to) as draft:
        for file in _files(settings.home):
            _copy(file, draft / file.relative_to(settings.home))
    return Backup(to, sum(file.stat().st_size for file in _files(to)), tuple(_elsewhere(settings)))


def _files(home: Path) -> Iterator[Path]:
    """The files of a home; hidden ones are locks, and drafts of what is being written."""
    for file in sorted(home.rglob("*")):
        hidden = any(part.startswith(".") for part in file.relative_to(home).parts)
        if file.is_file() and not hidden and not file.name.endswith(_BESIDE):
            yield file


def _copy(file: Path, to: Path) -> None:
    """Copy a file; of a database what was committed, though it is being written."""
    to.parent.mkdir(parents=True, exist_ok=True)
    with file.open("rb") as stream:
        is_database = stream.read(len(_DATABASE)) == _DATABASE
    if not is_database:
        shutil.copy2(file, to)
        return
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)


def _elsewhere(settings: Settings) -> Iterator[str]:
    """What of the state lies outside the home, passwords left out."""
    for url in map(make_url, (settings.store_url, settings.registry_url)):
        file = url.database if url.get_backend_name() == "sqlite" else None
        if file is None or not Path(file).resolve().is_relative_to(settings.home.resolve()):
            yield url.render_as_string(hide_password=True)
