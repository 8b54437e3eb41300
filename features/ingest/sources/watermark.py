"""What a lake was read from: noted in its manifest, so that the next build reads only what is new."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from features.config.settings import Settings, Source
from features.events.tables import COLUMNS, Table

Counts = tuple[int, ...]


class Anew(Exception):  # noqa: N818  (no error: the build goes on)
    """Why everything must be read anew: what is there now is not what was read, and something more."""


@dataclass(frozen=True)
class File:
    """A file as it was when it was read: another size or time means another content."""

    path: str
    size: int
    changed: int

    @classmethod
    def of(cls, path: Path) -> Self:
        """The file as it is now."""
        stat = path.stat()
        return cls(str(path), stat.st_size, stat.st_mtime_ns)


@dataclass(frozen=True)
class Origin:
    """What was read of one source.

    ``columns`` are its columns and their types, ``written`` counts how the values of some of them are written (see
    :mod:`features.ingest.mapping`), ``rows`` is how many were read, ``rejects`` how many bytes of its rejects file
    are true.
    """

    table: Table
    settings: str
    files: tuple[File, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    written: Mapping[str, Counts] = field(default_factory=dict)
    rows: int = 0
    rejects: int = 0


@dataclass(frozen=True)
class Mark:
    """How far a log of HTTP events was read: the id of the log, and the number of the last event.

    >>> Mark("a", 5).follows(Mark("a", 3)), Mark("b", 5).follows(Mark("a", 3)), Mark("a", 2).follows(Mark("a", 3))
    (True, False, False)
    """

    log: str = ""
    number: int = 0

    def follows(self, earlier: Mark) -> bool:
        """Whether it lies in the same log, no less far."""
        return self.log == earlier.log and self.number >= earlier.number


@dataclass(frozen=True)
class Seen:
    """What a lake was read from: when reading began (µs), how far which log, by which basis, which sources.

    >>> origin = Origin("events", "s", (File("a.csv", 1, 2),))
    >>> seen = Seen(at=5, log=Mark("l", 2), basis="b", sources={"orders": origin})
    >>> Seen.load(seen.dump()) == seen
    True
    """

    at: int
    log: Mark
    basis: str
    sources: Mapping[str, Origin]

    def of(self, table: Table) -> dict[str, Origin]:
        """The sources of one table."""
        return {name: origin for name, origin in self.sources.items() if origin.table == table}

    def dump(self) -> dict[str, Any]:
        """The same as plain data."""
        return asdict(self)

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Self:
        """What :meth:`dump` gave."""
        sources = {name: _origin(each) for name, each in data["sources"].items()}
        return cls(**{**data, "log": Mark(**data["log"]), "sources": sources})


def _origin(data: Mapping[str, Any]) -> Origin:
    files = tuple(File(**file) for file in data["files"])
    written = {column: tuple(counts) for column, counts in data["written"].items()}
    return Origin(**{**data, "files": files, "written": written})


def basis_of(settings: Settings) -> str:
    """A fingerprint of what every source is read by: the money, and the canonical columns."""
    return _fingerprint([settings.currency, settings.minor_units, {table: dict(COLUMNS[table]) for table in COLUMNS}])


def settings_of(source: Source, shown: str) -> str:
    """A fingerprint of a source's settings and of the place they mean, ``shown`` without its secrets."""
    return _fingerprint([source.model_dump_json(by_alias=True), shown])


def _fingerprint(said: Iterable[object]) -> str:
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]
