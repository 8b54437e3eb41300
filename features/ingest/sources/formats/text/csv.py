"""CSV files as they are written: every value stays a text, and nothing is left to DuckDB's own detection."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from features import sql
from features.errors import StamkundError
from features.ingest.sources.formats.form import Findings, Form
from features.ingest.sources.formats.text import dialect as dialects
from features.ingest.sources.formats.text.dialect import SPACES, Dialect, Record, find_dialect
from features.ingest.sources.formats.text.encoding import decode, find_encoding
from features.ingest.sources.formats.text.footer import find_footer
from features.ingest.sources.formats.text.header import find_header

_HEAD, _TAIL = 1 << 18, 1 << 16  # bytes that are looked at
_NOTHING = Findings({})
_SEPARATOR_LINE = re.compile(r"\ufeff?\"?sep=(.|\\t)\"?\s*", re.IGNORECASE)
_LINES = 500  # that tell the dialect
_LONGEST_LINE = 16_000_000  # bytes


@dataclass(frozen=True)
class CsvFile:
    """A CSV file in UTF-8: its dialect, the names of its columns, and which of its records are rows.

    ``skip`` records stand before the first row, which begins in the line ``first_line``; ``footer`` ones behind the
    last.
    """

    path: Path
    dialect: Dialect
    names: tuple[str, ...]
    skip: int
    first_line: int
    footer: int

    @property
    def relation(self) -> str:
        """The SQL that reads its rows; lines that are none go to the table ``reject_errors``."""
        columns = ", ".join(f"{sql.name(name)}: 'VARCHAR'" for name in self.names)
        return (
            f"read_csv({sql.literal(str(self.path))}, {self.dialect.sql}, header = false, skip = {self.skip}, "
            f"auto_detect = false, columns = {{{columns}}}, max_line_size = {_LONGEST_LINE}, "
            "store_rejects = true, rejects_limit = 0)"
        )


def open_csv(path: Path, form: Form, scratch: Path) -> tuple[CsvFile, Findings]:
    """A CSV file in the form that its settings or its first and last lines say, and what was found of it."""
    encoding = find_encoding(path, form.encoding)
    plain = path if encoding.plain else _plain(path, encoding.name, scratch)
    head = _head(plain)
    if not any(line.strip() for line in head):
        msg = f"{path.name} is empty: not even a line with the names of its columns is in it. Fill it, or take it away."
        raise StamkundError("unreadable_file", msg)
    separator_line = _SEPARATOR_LINE.fullmatch(head[0])
    said = separator_line[1].replace("\\t", "\t") if separator_line else None
    dialect, found = find_dialect(head[:_LINES], form.delimiter or said), _NOTHING
    if dialect.delimiter == SPACES:
        plain, found = _tabbed(plain, scratch), Findings({"delimiter": "spaces"}, ("its columns are parted by spaces",))
        dialect, head = Dialect("\t"), _head(plain)
    records = list(dialect.records(head))
    header = find_header(path.name, records, form, start=1 if separator_line else 0)
    rows = records[header.skip :]
    first_line = rows[0].line if rows else (records[-1].line + 1 if records else 1)
    footer = find_footer(_last(plain, dialect, rows), form)
    findings = encoding.findings + found + _delimiter(dialect, form) + header.findings + footer.findings
    return CsvFile(plain, dialect, header.names, header.skip, first_line, footer.length), findings


def _plain(path: Path, encoding: str, scratch: Path) -> Path:
    """The same text in UTF-8 with line ends of one kind, in the folder ``scratch``."""
    plain = _new(scratch)
    with plain.open("w", encoding="utf-8", newline="") as target:
        after_return = False
        for piece in decode(path, encoding):
            text = piece[1:] if after_return and piece.startswith("\n") else piece
            after_return = piece.endswith("\r") if piece else after_return
            target.write(text.replace("\r\n", "\n").replace("\r", "\n"))
    return plain


def _tabbed(path: Path, scratch: Path) -> Path:
    """The same text with tabs for the spaces between its columns."""
    target = _new(scratch)
    with path.open(encoding="utf-8-sig", newline="") as source, target.open("w", encoding="utf-8", newline="") as file:
        file.writelines("\t".join(line.split()) + "\n" for line in source)
    return target


def _new(scratch: Path) -> Path:
    return scratch / f"{len(list(scratch.iterdir()))}.csv"


def _head(path: Path) -> list[str]:
    """The first lines of a file, with their ends."""
    with path.open("rb") as file:
        data = file.read(_HEAD)
        if file.read(1):
            data = data[: max(data.rfind(b"\n"), data.rfind(b"\r")) + 1] or data
    return _lines(data.decode("utf-8-sig", "replace"))


def _lines(text: str) -> list[str]:
    return list(io.StringIO(text, newline=""))


def _delimiter(dialect: Dialect, form: Form) -> Findings:
    if form.delimiter or dialect.delimiter in ",;\t|":
        return Findings({"delimiter": form.delimiter} if form.delimiter else {})
    name = dialects.NAMES.get(dialect.delimiter, dialect.delimiter)
    return Findings({"delimiter": dialect.delimiter}, (f"its columns are parted by {dialect.delimiter} ({name})",))


def _last(path: Path, dialect: Dialect, rows: Sequence[Record]) -> Sequence[Record]:
    """The last records of a file; of a short one, all of its ``rows``."""
    size = path.stat().st_size
    if size <= _HEAD:
        return rows
    with path.open("rb") as file:
        file.seek(size - _TAIL)
        text = file.read().decode("utf-8", "replace")
    return list(dialect.records(_lines(text)))[1:]
