"""Workbooks of Excel and LibreOffice: each sheet is a table, its values as texts: ISO dates, digits of numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from features.errors import StamkundError
from features.ingest.sources.formats.form import Findings, Form
from features.ingest.sources.formats.places import Numbers
from features.ingest.sources.formats.scratch import write_columns
from features.ingest.sources.formats.text.dialect import Record
from features.ingest.sources.formats.text.footer import find_footer
from features.ingest.sources.formats.text.header import find_header

_HEAD, _TAIL = 1000, 200
_LONG = re.compile(r"\d{16,}")
Cell = int | float | str | bool | time | date | datetime | timedelta


@dataclass(frozen=True)
class Sheet:
    """A sheet as a Parquet file of texts, with the rows of the sheet that its rows were."""

    name: str
    path: Path
    names: tuple[str, ...]
    lines: Numbers
    footer: int
    findings: Findings


def sheet_names(path: Path) -> list[str]:
    """The names of a workbook's sheets; :class:`StamkundError` when it cannot be opened."""
    try:
        return CalamineWorkbook.from_path(path).sheet_names
    except PasswordError:
        msg = f"{path.name} is protected with a password. Save a copy without one."
        raise StamkundError("unreadable_file", msg) from None
    except CalamineError as error:
        msg = f"{path.name} is no workbook that can be read ({error}). Save it as .xlsx, or as CSV."
        raise StamkundError("unreadable_file", msg) from None


def read_sheet(path: Path, name: str, form: Form, scratch: Path) -> Sheet | None:
    """A sheet's table in the form that its settings or its first and last rows say; None of an empty one."""
    records = list(_records(path, name))
    if not records:
        return None
    header = find_header(f"the sheet {name} of {path.name}", records[:_HEAD], form)
    rows, names = records[header.skip :], header.names
    footer = find_footer(rows[-_TAIL:], form)
    texts = ([cell or None for cell in (*row.cells, *[""] * len(names))[: len(names)]] for row in rows)
    lines = np.array([row.line for row in rows], np.int64)
    findings = header.findings + footer.findings + _long_numbers(rows)
    return Sheet(name, write_columns(names, texts, scratch), names, lines, footer.length, findings)


def _records(path: Path, name: str) -> Iterator[Record]:
    """The rows of a sheet that are not empty, their cells as texts."""
    sheet = CalamineWorkbook.from_path(path).get_sheet_by_name(name)
    for line, cells in enumerate(sheet.iter_rows(), start=1):
        texts = tuple(map(_text, cells))
        if any(texts):
            yield Record(line, texts)


def _text(value: Cell) -> str:
    """A value as its cell shows it, in forms that explain themselves.

    >>> [_text(value) for value in (7.0, 12.5, 0.1 + 0.2, 1e15, True, date(2024, 5, 1), datetime(2024, 5, 1, 9, 30))]
    ['7', '12.5', '0.3', '1000000000000000', 'true', '2024-05-01', '2024-05-01 09:30:00']
    """
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            # The digits that Excel shows; of a longer whole number those that are left, so that fewer become one.
            return str(int(value)) if abs(value) >= 1e15 else format(Decimal(f"{value:.15g}"), "f")
        case datetime():
            return value.isoformat(" ")
        case date() | time():
            return value.isoformat()
    return str(value)


def _long_numbers(rows: Sequence[Record]) -> Findings:
    """Numbers of more digits than Excel keeps of one."""
    long = next((cell for row in rows for cell in row.cells if len(cell) > 15 and _LONG.fullmatch(cell)), None)
    if long is None:
        return Findings({})
    note = f"Excel keeps 15 digits of a number: of {long} and the like the last ones may be lost"
    return Findings({}, (note,))
