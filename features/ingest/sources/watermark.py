"""Watermarks: how far each source was read into a lake. The next build reads only what lies behind them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import TypeAdapter

from features.config.settings import Settings
from features.config.source import Source
from features.events.kinds import KINDS
from features.events.rules.rule_book import event_rules
from features.events.tables import COLUMNS, ORIGIN, Table

FormCounts = tuple[int, ...]  # of one column; see :func:`features.ingest.sources.column_types.prevailing_type`


Midnights = Literal["days", "moments"]  # what those of a column mean


class FullReadNeeded(Exception):  # noqa: N818  (no error: the build goes on)
    """Why every source must be read whole: what is there now is not what was read, and something more."""

    @classmethod
    def repeating(cls, source: str) -> Self:
        """The reason when a new file comes before others whose rows it repeats: of equal rows the first one counts."""
        return cls(f"new files of {source} repeat rows of files that come after them by name")


@dataclass(frozen=True)
class FileState:
    """A file as it was when it was read: another size or modification time (ns) means another content."""

    path: str
    size: int
    modified_at: int

    @classmethod
    def of(cls, path: Path, folder: Path) -> Self:
        """The file as it is now, named by its place in the company's folder if it lies there, so that this can move."""
        stat = path.stat()
        name = path.relative_to(folder) if path.is_relative_to(folder) else path
        return cls(str(name), stat.st_size, stat.st_mtime_ns)


@dataclass(frozen=True)
class SourceWatermark:
    """How far one source was read.

    ``settings`` is a fingerprint of its settings, ``columns`` are its columns and their types, ``forms`` counts how the
    values of some of them are written, ``rows`` is how many rows were read. ``accepted`` of these were accepted, and
    ``filled`` says by canonical column how many of those have a value; ``rejected`` were rejected for what they say,
    and not for repeating others. ``midnights`` says what they mean in which column. ``reject_bytes`` is the length of
    its file of rejected rows. ``whole``: all was read at once, not added to what was read before.
    """

    table: Table
    settings: str
    files: tuple[FileState, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    forms: Mapping[str, FormCounts] = field(default_factory=dict)
    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    filled: Mapping[str, int] = field(default_factory=dict)
    midnights: Mapping[str, Midnights] = field(default_factory=dict)
    reject_bytes: int = 0
    whole: bool = True

    def since(self, before: Self) -> Self:
        """The counts of what was read after ``before``."""
        return replace(
            self,
            rows=self.rows - before.rows,
            accepted=self.accepted - before.accepted,
            rejected=self.rejected - before.rejected,
            filled={column: count - before.filled.get(column, 0) for column, count in self.filled.items()},
        )


@dataclass(frozen=True)
class LogWatermark:
    """How far a log of HTTP events was read: the id of the log, and the number of the last event.

    >>> earlier = LogWatermark("a", 3)
    >>> [mark.follows(earlier) for mark in (LogWatermark("a", 5), LogWatermark("b", 5), LogWatermark("a", 2))]
    [True, False, False]
    """

    log_id: str = ""
    number: int = 0

    def follows(self, earlier: LogWatermark) -> bool:
        """Whether it lies in the same log, no less far."""
        return self.log_id == earlier.log_id and self.number >= earlier.number


@dataclass(frozen=True)
class Watermarks:
    """How far everything was read into a lake: when reading began (µs), the log, the sources, and by which basis.

    ``hashing`` tells which identifiers were hashed, and by which key.

    >>> orders = SourceWatermark("events", "s", (FileState("a.csv", 1, 2),), forms={"paid": (1, 0)})
    >>> watermarks = Watermarks(started_at=5, basis="b", log=LogWatermark("l", 2), sources={"orders": orders})
    >>> Watermarks.load(watermarks.dump()) == watermarks
    True
    """

    started_at: int
    basis: str
    log: LogWatermark
    sources: Mapping[str, SourceWatermark]
    hashing: str = ""

    def of(self, table: Table) -> dict[str, SourceWatermark]:
        """The sources of one table."""
        return {name: source for name, source in self.sources.items() if source.table == table}

    def dump(self) -> dict[str, Any]:
        """The same as plain data."""
        return asdict(self)

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Self:
        """What :meth:`dump` gave; raises pydantic's ``ValidationError`` for anything else."""
        return TypeAdapter(cls).validate_python(data)


def basis_of(settings: Settings) -> str:
    """A fingerprint of what every source is read by: the money, who is nobody, the columns, the kinds, the rules."""
    columns = {table: dict(COLUMNS[table]) for table in COLUMNS}
    rules = event_rules(settings.currency)
    return _fingerprint(
        [settings.currency, settings.minor_units, settings.missing_ids, columns, dict(ORIGIN), KINDS, rules]
    )


def settings_fingerprint(source: Source, place: str, folder: Path) -> str:
    """A fingerprint of a source's settings and of the place they mean, without its secrets; the folder may move."""
    content = (source.model_dump_json(by_alias=True), place)
    return _fingerprint([text.replace(f"{folder}/", "") for text in content])


def _fingerprint(content: Iterable[object]) -> str:
    return hashlib.sha256(repr(content).encode()).hexdigest()[:16]
