"""What an ingest did: of each source, what was read and how many rows were accepted and rejected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from features.events.tables import Table


@dataclass(frozen=True)
class SourceReport:
    """What became of the rows that were read of a source: each is accepted, rejected or left out, or gave way.

    ``scope`` says what was read: ``read whole``, ``2 new files``, ``since 2024-05-01 09:00``, ``unchanged``;
    ``rejected`` counts rows by code, and ``rejects`` is the file that holds them; ``left_out`` are those that the
    source's ``where`` does not count, ``gave_way`` those of orders that a source of its ``same_as`` tells of.
    """

    name: str
    table: Table
    scope: str
    read: int
    rejected: Mapping[str, int]
    rejects: Path | None = None
    left_out: int = 0
    gave_way: int = 0

    @property
    def accepted(self) -> int:
        """The number of rows accepted."""
        return self.read - self.left_out - self.gave_way - self.refused

    @property
    def refused(self) -> int:
        """The number of rows rejected."""
        return sum(self.rejected.values())

    @property
    def rejected_for_content(self) -> int:
        """The number of rows rejected for what they say: not because another row says it too, or of the erased."""
        about_others = ("duplicate_", "erased")
        return sum(count for code, count in self.rejected.items() if not code.startswith(about_others))

    @classmethod
    def unchanged(cls, name: str, table: Table) -> SourceReport:
        """The report of a source of which nothing was read."""
        return cls(name, table, "unchanged", 0, {})


@dataclass(frozen=True)
class IngestReport:
    """What became of all sources' rows, and the version of the lake that they made.

    ``log`` is the number of the last event of the log, ``before`` the version of the lake that they were added to, and
    ``fragments`` are those whose events or attributes they changed: None when it may be any; ``people`` are fragments
    and customers who were somebody else before. Where everything was read whole though the lake was there,
    ``full_read_reason`` says why.
    """

    sources: tuple[SourceReport, ...]
    version: str
    log: int = 0
    before: str = ""
    fragments: frozenset[str] | None = None
    people: frozenset[str] = frozenset()
    full_read_reason: str | None = None

    @property
    def rejected(self) -> int:
        """The number of rows rejected."""
        return sum(source.refused for source in self.sources)
