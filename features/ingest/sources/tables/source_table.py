"""A table of a file: its columns, the form in which it is read, and the SQL that reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from features.ingest.sources.formats.form import Findings, FormQuestion
from features.ingest.sources.formats.places import Malformed, Numbers
from features.ingest.sources.formats.text.csv import CsvFile
from features.ingest.sources.formats.text.lines import CsvLines

_NOTHING = Findings({})


@dataclass(frozen=True)
class SourceTable:
    """A table of a file: a CSV file, a Parquet file, a sheet of a workbook, a table of a database.

    ``name`` is its own, ``label`` says where in which file it is. ``columns`` are the types of its columns by name; in
    a ``textual`` table all of them are texts as the file has them. ``relation`` is the SQL that reads its rows, from a
    CSV file or from ``parquet`` ones; the last ``footer`` of them are none. ``findings`` say which form they are read
    in. ``malformed`` are its records that are no rows, as far as they are known before it is read, and
    ``record_lines`` the lines of all of them, if they have any.
    """

    name: str
    label: str
    columns: Mapping[str, str]
    relation: str
    textual: bool = True
    findings: Findings = _NOTHING
    footer: int = 0
    parquet: tuple[Path, ...] = ()
    csv: CsvFile | None = None
    malformed: tuple[Malformed, ...] = ()
    record_lines: Numbers | None = field(default=None, compare=False)

    @property
    def settings(self) -> Mapping[str, object]:
        """The keys of a source that fix the form in which it is read."""
        return self.findings.settings

    @property
    def notes(self) -> tuple[str, ...]:
        """What is noteworthy about its form."""
        return self.findings.notes

    @property
    def questions(self) -> tuple[FormQuestion, ...]:
        """What is unsure about its form, where another answer would give other rows."""
        return self.findings.questions

    def lines(self, count: int) -> Callable[[Numbers], Numbers]:
        """What gives the lines of its records, ``count`` in all, by their ordinals; the ordinals where it has none."""
        if self.csv:
            return CsvLines(self.csv, count)
        lines = np.arange(1, count + 1) if self.record_lines is None else self.record_lines
        return lambda ordinals: lines[ordinals - 1]
