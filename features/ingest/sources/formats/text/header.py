"""The header of a table: the line that names its columns, what stands before it, or that there is none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from features.errors import StamkundError
from features.ingest.sources.formats.form import Findings, Form
from features.ingest.sources.formats.text.dialect import Record, width
from features.ingest.sources.formats.text.first_line import header_place

_NONE = Findings({})
_RULER = re.compile(r"\s*[-=+|: ]*[-=]{2,}[-=+|: ]*")


@dataclass(frozen=True)
class Header:
    """The ``names`` of a table's columns; the first ``skip`` records are no rows."""

    names: tuple[str, ...]
    skip: int
    findings: Findings = _NONE


def find_header(label: str, records: Sequence[Record], form: Form, *, start: int = 0) -> Header:
    """The header that the settings say, or else the one found behind the first ``start`` records."""
    if form.header:
        place = _place_of(label, records, form.header)
        names = _names(label, records, place, form, named=True)
        return Header(names, _behind(records, place), Findings({"header": form.header}))
    place, named = header_place(records[start:]) if records[start:] else (0, True)
    place += start
    if form.header == 0 or form.names:
        return Header(_names(label, records, place, form, named=False), place, Findings({"header": "none"}))
    names = _names(label, records, place, form, named=named)
    skip = _behind(records, place) if named else place
    return Header(names, skip, _findings(records, place, names, named=named))


def column_names(cells: Sequence[str]) -> tuple[str, ...]:
    """Names of columns: those of a header, each once, and made up where one is empty.

    >>> column_names([" id", "paid", "", "Paid"])
    ('id', 'paid', 'column3', 'Paid_4')
    """
    names: list[str] = []
    for place, cell in enumerate(cells, start=1):
        name = cell.strip().strip("\ufeff\u200b") or f"column{place}"
        taken = {earlier.lower() for earlier in names}
        while name.lower() in taken:
            name = f"{name}_{place}"
        names.append(name)
    return tuple(names)


def _behind(records: Sequence[Record], place: int) -> int:
    """The place behind the names, and behind a line of dashes below them."""
    ruler = place + 1 < len(records) and all(_RULER.fullmatch(cell) for cell in records[place + 1].texts or ["."])
    return place + 1 + ruler


def _place_of(label: str, records: Sequence[Record], line: int) -> int:
    for place, record in enumerate(records):
        if record.line == line and record.texts:
            return place
    msg = f"{label} has no names of columns in line {line}. Set `header:` to the line that has them."
    raise StamkundError("bad_header", msg, field="header")


def _names(label: str, records: Sequence[Record], place: int, form: Form, *, named: bool) -> tuple[str, ...]:
    cells = width(records[place:])
    if form.names:
        if cells and len(form.names) != cells:
            msg = f"`names` gives {len(form.names)} names, but {label} has {cells} columns. Give one for each."
            raise StamkundError("bad_header", msg, field="names")
        return column_names(form.names)
    if not named or not records:
        return column_names([""] * max(cells, 1))
    names = records[place].cells
    rows = [record for record in records[place + 1 :] if len(record.cells) == cells]
    if len(names) == cells - 1 > 1 and any(row.cells[-1].strip() for row in rows):
        names = ("row_name", *names)  # as R writes them: no name above the names of rows
    return column_names(names)


def _findings(records: Sequence[Record], place: int, names: Sequence[str], *, named: bool) -> Findings:
    if not named:
        cells = ", ".join(records[place].cells[:5])
        note = (
            f"its first line ({cells}) looks like data, so it is read as a row, and the columns are called "
            f"{', '.join(names[:3])}, …: name them under `names`, or set `header: {records[place].line}`"
        )
        return Findings({"header": "none", "names": list(names)}, (note,))
    above = [" ".join(record.texts)[:60] for record in records[:place] if record.texts]
    if not above:
        return _NONE
    line = records[place].line
    return Findings({"header": line}, (f"the names of its columns stand in line {line}, below: {'; '.join(above)}",))
