"""The lines that the records of a CSV file begin in, looked up only when somebody asks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from features.ingest.sources.formats.places import Numbers
from features.ingest.sources.formats.text.csv import CsvFile

_CHUNK = 1 << 24
UNKNOWN = 0  # the line of a record that cannot be told


@dataclass(frozen=True)
class CsvLines:
    """The lines of a CSV file's records, ``count`` of which are not blank: an ordinal is one's number among these."""

    file: CsvFile
    count: int

    def __call__(self, ordinals: Numbers) -> Numbers:
        """The lines that records begin in, by their ordinals."""
        if not len(ordinals):
            return ordinals
        if self._one_line_each:
            return ordinals + self.file.first_line - 1
        starts, blank = self._records
        starts = starts[~blank]
        return starts[ordinals - 1] if len(starts) == self.count else np.full_like(ordinals, UNKNOWN)

    def ordinals(self, numbers: Numbers) -> Numbers:
        """The ordinals of records by their numbers among all of the file, blank ones and header included, from 1."""
        if not len(numbers) or self._one_line_each:
            return numbers - self.file.skip
        behind, (_, blank) = numbers - self.file.skip, self._records
        before: Numbers = np.cumsum(blank)[np.minimum(behind, len(blank)) - 1]
        return behind - before

    @cached_property
    def _one_line_each(self) -> bool:
        """Whether no row is of several lines, and none is blank."""
        return _count_lines(self.file.path) == self.file.first_line - 1 + self.count

    @cached_property
    def _records(self) -> tuple[Numbers, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
        """The lines that the records behind the header begin in, and whether these are blank."""
        starts, blank = list[int](), list[bool]()
        with self.file.path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
            for place, record in enumerate(self.file.dialect.records(lines)):
                if place >= self.file.skip:
                    starts.append(record.line)
                    blank.append(not record.cells)
        return np.array(starts, np.int64), np.array(blank, np.bool_)


def lines_at(path: Path, places: Numbers) -> Numbers:
    """The lines that the bytes at these places of a file are in."""
    lines, start, before = np.zeros_like(places), 0, 1
    with path.open("rb") as file:
        while data := file.read(_CHUNK):
            ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n"))
            inside = (places >= start) & (places < start + len(data))
            lines[inside] = before + np.searchsorted(ends, places[inside] - start)
            start, before = start + len(data), before + len(ends)
    return lines


def _count_lines(path: Path) -> int:
    """How many lines a file has, blank ones at its end not counted."""
    count, last = 1, b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            count, last = count + _line_ends(chunk), chunk
    return count - _line_ends(last[len(last.rstrip(b"\r\n")) :])


def _line_ends(text: bytes) -> int:
    return text.count(b"\n") or text.count(b"\r")
