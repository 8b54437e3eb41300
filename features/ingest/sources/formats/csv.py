"""CSV files as they are written: every value stays a text, and nothing is left to DuckDB's own detection."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from features import sql
from features.errors import StamkundError
from features.ingest.sources.formats import dialect as dialects
from features.ingest.sources.formats.dialect import Dialect, Record, find_dialect, width
from features.ingest.sources.formats.encoding import decode, find_encoding
from features.ingest.sources.formats.footer import footer_length
from features.ingest.sources.formats.form import Findings, Form
from features.ingest.sources.formats.header import column_names, header_place

_HEAD, _TAIL = 1 << 18, 1 << 16  # bytes that are looked at
_SEPARATOR_LINE = re.compile(r"\ufeff?\"?sep=(.|\\t)\"?\s*", re.IGNORECASE)
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
    separator_line = _SEPARATOR_LINE.fullmatch(head[0]) if head else None
    said = separator_line[1].replace("\\t", "\t") if separator_line else None
    dialect = find_dialect(head, form.delimiter or said)
    records = list(dialect.records(head))
    place, named, findings = _header(path, records, form, start=1 if separator_line else 0)
    names, skip = _names(path, records, place, form, named=named), place + named
    rows = records[skip:]
    footer = form.footer if form.footer is not None else footer_length(_last(plain, dialect, rows))
    first_line = rows[0].line if rows else (records[-1].line + 1 if records else 1)
    findings = encoding.findings + _delimiter(dialect, form) + findings + _footer(plain, dialect, rows, form, footer)
    return CsvFile(plain, dialect, names, skip, first_line, footer), findings


def _plain(path: Path, encoding: str, scratch: Path) -> Path:
    """The same text in UTF-8 with line ends of one kind, in the folder ``scratch``."""
    plain = scratch / f"{len(list(scratch.iterdir()))}.csv"
    with plain.open("w", encoding="utf-8", newline="") as target:
        after_return = False
        for piece in decode(path, encoding):
            text = piece[1:] if after_return and piece.startswith("\n") else piece
            after_return = piece.endswith("\r") if piece else after_return
            target.write(text.replace("\r\n", "\n").replace("\r", "\n"))
    return plain


def _head(path: Path) -> list[str]:
    """The first lines of a file, with their ends."""
    with path.open("rb") as file:
        data = file.read(_HEAD)
        if file.read(1):
            data = data[: max(data.rfind(b"\n"), data.rfind(b"\r")) + 1] or data
    return _lines(data.decode("utf-8-sig", "replace"))


def _lines(text: str) -> list[str]:
    return list(io.StringIO(text, newline=""))


def _last(path: Path, dialect: Dialect, rows: Sequence[Record]) -> list[Record]:
    """The last records of a file; of a short one, all of its ``rows``."""
    size = path.stat().st_size
    if size <= _HEAD:
        return list(rows)
    with path.open("rb") as file:
        file.seek(size - _TAIL)
        text = file.read().decode("utf-8", "replace")
    return list(dialect.records(_lines(text)))[1:]


def _header(path: Path, records: Sequence[Record], form: Form, *, start: int) -> tuple[int, bool, Findings]:
    """The place of the names' record, or of the first row without one; whether there is one; and what to say."""
    if form.header:
        place = next((place for place, record in enumerate(records) if record.line == form.header), None)
        if place is None or not records[place].texts:
            msg = f"{path.name} has no names of columns in line {form.header}. Set `header:` to the line that has them."
            raise StamkundError("bad_header", msg)
        return place, True, Findings({"header": form.header})
    place, named = header_place(records[start:]) if records[start:] else (0, True)
    place += start
    if form.header == 0 or (form.names and form.header is None):
        return place, False, Findings({"header": "none"})
    return place, named, _header_findings(records, place, named=named)


def _header_findings(records: Sequence[Record], place: int, *, named: bool) -> Findings:
    if not records:
        return Findings({})
    line, cells = records[place].line, ", ".join(records[place].cells[:5])
    if not named:
        names = column_names([""] * width(records))
        note = (
            f"the first line ({cells}) looks like data, so it is read as a row and the columns are called "
            f"{', '.join(names[:3])}…; `names:` names them, `header: {line}` takes it for names"
        )
        return Findings({"header": "none", "names": list(names)}, (note,))
    if not any(record.texts for record in records[:place]):
        return Findings({})
    before = "; ".join(" ".join(record.texts)[:60] for record in records[:place] if record.texts)
    return Findings({"header": line}, (f"the names of its columns stand in line {line}, below: {before}",))


def _names(path: Path, records: Sequence[Record], place: int, form: Form, *, named: bool) -> tuple[str, ...]:
    cells = width(records[place:])
    if form.names:
        if cells > 0 and len(form.names) != cells:
            msg = f"`names:` gives {len(form.names)} names, but {path.name} has {cells} columns. Give one for each."
            raise StamkundError("bad_header", msg)
        return column_names(form.names)
    if not records or not named:
        return column_names([""] * max(cells, 1))
    names = records[place].cells
    rows = [record for record in records[place + 1 :] if len(record.cells) == cells]
    if len(names) == cells - 1 > 1 and any(row.cells[-1].strip() for row in rows):
        names = ("row_name", *names)  # as R writes them: no name above the names of rows
    return column_names(names)


def _delimiter(dialect: Dialect, form: Form) -> Findings:
    if form.delimiter or dialect.delimiter in ",;\t|":
        return Findings({"delimiter": form.delimiter} if form.delimiter else {})
    name = dialects.NAMES.get(dialect.delimiter, dialect.delimiter)
    return Findings({"delimiter": dialect.delimiter}, (f"its columns are parted by {dialect.delimiter} ({name})",))


def _footer(path: Path, dialect: Dialect, rows: Sequence[Record], form: Form, footer: int) -> Findings:
    if form.footer is not None or not footer:
        return Findings({"footer": form.footer} if form.footer is not None else {})
    last = [record for record in _last(path, dialect, rows) if record.texts][-footer:]
    text = "; ".join(dialect.delimiter.join(record.cells)[:60] for record in last)
    lines = "line is" if footer == 1 else f"{footer} lines are"
    return Findings({"footer": footer}, (f"the last {lines} no row but a total or a remark: {text}",))
