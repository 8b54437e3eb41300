"""The first line of a table that counts: whether it names the columns, or is a row already."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from features.ingest.sources.formats.text.dialect import Record, width

_FEW = 200  # rows that are looked at
_FEW_LINES = 20  # that a title may have
_MISSING = {"", "-", "na", "n/a", "null", "none", "nan", "nil", "\\n", "#n/a"}
_NUMBER = re.compile(
    r"[-+(]?\s?(?:[$€£¥]|[A-Z]{3}|kr)?\s?[-+]?\d[\d.,' \u00a0\u202f]*(?:e[-+]?\d+)?\s?(?:[$€£¥%]|[A-Z]{3}|kr)?-?\)?",
    re.I,
)


def header_place(records: Sequence[Record]) -> tuple[int, bool]:
    """The place of the record that names the columns, or of the first row when none does; and whether one does.

    Before it stand lines of fewer cells: titles, dates of a report, blank ones.
    """
    cells = width(records)
    first = _first_of_width(records, cells)
    if not is_data(records[first], _behind(records, first)):
        return first, True
    above = first > 0 and 1 < len(records[first - 1].cells) != cells and len(records[first - 1].texts) > cells / 2
    return (first - 1, True) if above else (first, False)


def is_data(first: Record, rows: Sequence[Record]) -> bool:
    """Whether a line is written as the rows below it are, and so names no columns.

    A column tells when nearly all of its values are of one form: numbers, or the same letters and signs around digits;
    a first cell that is of another form is a name. Where no column is of one, most of the first cells come again as
    values.
    """
    forms = _forms(first, rows)
    if not rows or False in forms:
        return False
    texts = [(place, cell) for place, cell in enumerate(first.cells) if cell.strip()]
    known = [place for place, cell in texts if cell in {row.cells[place] for row in rows}]
    return True in forms or (2 * len(known) > len(texts) and all(row.cells != first.cells for row in rows))


def _first_of_width(records: Sequence[Record], cells: int) -> int:
    """The first record with as many cells as most have, that is no padded title."""
    wide = [place for place, record in enumerate(records) if len(record.cells) == cells and record.texts]
    full = [place for place in wide if len(records[place].texts) > (cells / 2 if cells > 2 else 0)]
    first = next(iter(full or wide), 0)
    if len(records) and len(records[first].texts) < cells:
        names = [place for place in full if len(records[place].texts) == cells and place <= first + _FEW_LINES]
        return next((place for place in names if False in _forms(records[place], _behind(records, place))), first)
    return first


def _behind(records: Sequence[Record], place: int) -> list[Record]:
    """Some rows behind a record, of as many cells."""
    cells = len(records[place].cells)
    return [row for row in records[place + 1 : place + 1 + _FEW] if len(row.cells) == cells]


def _forms(first: Record, rows: Sequence[Record]) -> list[bool]:
    """For each column whose values are of one form, whether its first cell is of it too."""
    return list(_column_forms(first, rows))


def _column_forms(first: Record, rows: Sequence[Record]) -> Iterator[bool]:
    for place, cell in enumerate(first.cells):
        values = [row.cells[place].strip() for row in rows]
        forms = [_form(value) for value in values if value.lower() not in _MISSING]
        if cell.strip().lower() in _MISSING or not forms:
            continue
        common = max(set(forms), key=forms.count)
        if common is not None and forms.count(common) >= 0.9 * len(forms):
            yield _form(cell.strip()) == common


def _form(text: str) -> str | None:
    """How a value with digits is written: a number, or its letters and signs around them; None when it has none.

    >>> _form("12.50"), _form("c17"), _form("2024-01-02"), _form("web")
    ('number', 'a9', '9-9-9', None)
    """
    if _NUMBER.fullmatch(text):
        return "number"
    if not any(character.isdigit() for character in text):
        return None
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "9", text))
