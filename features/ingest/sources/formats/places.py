"""The place of a row: its number in its source, and the line of the file or the row of the sheet it stands in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

# The number of a row in the table ``rows``, from 1; and what is wrong with a line that is no row at all.
ROW, FLAW = "stamkund_row", "stamkund_flaw"

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Malformed:
    """A record of a file that is no row: its ordinal in the file, from 1, the line it begins in, and what is wrong."""

    ordinal: int
    line: int
    flaw: str


@dataclass(frozen=True)
class FileRows:
    """Where the rows of one file are in the table ``rows``: its well-formed ones first, behind them its malformed ones.

    ``malformed`` are the ordinals of these among all records of the file, from 1. ``lines`` gives the lines, or the
    rows of a sheet, that records begin in, by their ordinals.
    """

    file: str
    count: int
    malformed: Numbers
    lines: Callable[[Numbers], Numbers]

    @property
    def records(self) -> int:
        """How many records it has, malformed ones included."""
        return self.count + len(self.malformed)

    def ordinals(self, numbers: Numbers) -> Numbers:
        """The ordinals in the file of rows by their numbers in it.

        >>> rows = FileRows("a.csv", 3, np.array([2, 3]), lambda ordinals: ordinals + 1)
        >>> rows.ordinals(np.array([1, 2, 3, 4, 5])).tolist()
        [1, 4, 5, 2, 3]
        """
        if not len(self.malformed):
            return numbers
        # The k-th malformed record (from 0) stands behind as many rows as its ordinal says, less k + 1.
        rows_before = self.malformed - np.arange(1, len(self.malformed) + 1)
        ordinals = numbers + np.searchsorted(rows_before, numbers, side="left")
        broken = numbers > self.count
        ordinals[broken] = self.malformed[numbers[broken] - self.count - 1]
        return ordinals


@dataclass(frozen=True)
class Places:
    """The places of rows: their ordinals in their source, and the files and lines they are in, None where unknown."""

    ordinals: Numbers
    files: Sequence[str | None]
    lines: Sequence[int | None]

    @classmethod
    def of(cls, files: Sequence[FileRows], numbers: Numbers) -> Self:
        """The places of rows by their numbers in the table ``rows``, which holds the ``files`` one after the other."""
        if not files:
            return cls(numbers, [None] * len(numbers), [None] * len(numbers))
        ends = np.cumsum([file.records for file in files], dtype=np.int64)
        owners = np.searchsorted(ends, numbers, side="left")
        ordinals, lines = np.zeros_like(numbers), np.zeros_like(numbers)
        for owner in np.unique(owners):
            own, start = owners == owner, int(ends[owner]) - files[owner].records
            in_file = files[owner].ordinals(numbers[own] - start)
            ordinals[own], lines[own] = in_file + start, files[owner].lines(in_file)
        return cls(ordinals, [files[owner].file for owner in owners], [int(line) or None for line in lines])
