"""The dialect of a CSV file: what separates its columns and quotes its texts, found in its first lines."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from features import sql

_USUAL = ",;\t|"
_SURE = 0.9  # the share of lines that a delimiter parts alike
SPACES = " "  # any number of them
_UNUSUAL = "~^"  # taken only where no usual one parts the lines
_PARTED, _DECIMAL = re.compile(r"[,;\t|](?! )."), re.compile(r"\W*[\d.,' ]+\W*")  # other columns in a cell; a number
NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", "~": "tilde", "^": "caret"}


@dataclass(frozen=True)
class Record:
    """The cells between two line ends that are not quoted, and the line that they begin in."""

    line: int
    cells: tuple[str, ...]

    @property
    def texts(self) -> list[str]:
        """The cells that are not empty."""
        return [cell for cell in self.cells if cell.strip()]


@dataclass(frozen=True)
class Dialect:
    """What separates columns, what quotes them, and what makes a quote inside of them a plain one."""

    delimiter: str
    quote: str = '"'
    escape: str = '"'

    @property
    def sql(self) -> str:
        """The same as options of DuckDB's reader."""
        delimiter, quote, escape = (sql.literal(text) for text in (self.delimiter, self.quote, self.escape))
        return f"delim = {delimiter}, quote = {quote}, escape = {escape}"

    def records(self, lines: Iterable[str]) -> Iterator[Record]:
        r"""The records of lines (with their ends), also blank ones; ends early at a cell of more than 128 KB.

        >>> [(record.line, record.cells) for record in Dialect(";").records(['a;b\n', '1;"2\n', '3"\n', '\n', '4;5'])]
        [(1, ('a', 'b')), (2, ('1', '2\n3')), (4, ()), (5, ('4', '5'))]
        """
        doubled = self.escape == self.quote
        reader = csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote,
            doublequote=doubled,
            escapechar=None if doubled else self.escape,
        )
        line = 1
        try:
            for cells in reader:
                yield Record(line, tuple(cells))
                line = reader.line_num + 1
        except csv.Error:
            return


def find_dialect(lines: Sequence[str], delimiter: str | None) -> Dialect:
    r"""The dialect that parts most lines into the same columns, of cells that need no further parting.

    >>> find_dialect(["id;paid\n", "1;2,50\n", "2;3,75\n"], None)
    Dialect(delimiter=';', quote='"', escape='"')
    """
    for candidates in [[delimiter]] if delimiter else [_USUAL, _UNUSUAL]:
        fits = {dialect: _fit(lines, dialect) for dialect in map(Dialect, candidates)}
        best = max(fits, key=lambda dialect: fits[dialect])
        if fits[best] and (delimiter or not _in_spaces(lines) or _share(lines, best) > _SURE):
            return _quoting(lines, best, fits[best])
    return Dialect(delimiter or (SPACES if _in_spaces(lines) else ","))


def _in_spaces(lines: Sequence[str]) -> bool:
    """Whether spaces part every line into the same three or more columns."""
    counts = {len(line.split()) for line in lines if line.strip()}
    return len(lines) > 2 and len(counts) == 1 and counts.pop() > 2


def width(records: Sequence[Record]) -> int:
    """How many cells most records have."""
    counts = Counter(len(record.cells) for record in records if record.texts)
    return max(counts, key=lambda cells: (cells > 1, counts[cells], cells), default=0)


def _fit(lines: Sequence[str], dialect: Dialect) -> float:
    """How well a dialect parts lines: into the same columns, many, of clean cells; 0 when into one column."""
    records = [record for record in dialect.records(lines) if record.texts]
    cells = width(records)
    rows = [record for record in records if len(record.cells) == cells]
    clean = [not _PARTED.search(cell) or bool(_DECIMAL.fullmatch(cell)) for row in rows for cell in row.cells]
    return (cells - 1) / cells * (len(rows) / len(records)) * (sum(clean) / len(clean)) if rows else 0.0


def _share(lines: Sequence[str], dialect: Dialect) -> float:
    """The share of lines that have as many cells as most have."""
    counts = Counter(len(record.cells) for record in dialect.records(lines) if record.texts)
    return max(counts.values(), default=0) / max(counts.total(), 1)


def _quoting(lines: Sequence[str], plain: Dialect, fit: float) -> Dialect:
    """The dialect with other quotes where they part the lines better, or where single ones stand around the names."""
    delimiter = plain.delimiter
    escaped, single = Dialect(delimiter, '"', "\\"), Dialect(delimiter, "'", "'")
    if any('\\"' in line for line in lines) and _fit(lines, escaped) > fit:
        return escaped
    if any("'" in line for line in lines) and (
        _fit(lines, single) > fit or _all_quoted(next(plain.records(lines)).cells, "'")
    ):
        return single
    return plain


def _all_quoted(cells: Sequence[str], quote: str) -> bool:
    return all(len(cell) > 1 and cell.startswith(quote) and cell.endswith(quote) for cell in cells)
