"""JSON documents and JSON lines: a record is a row, nested fields are columns with dots, numbers keep their digits."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import numpy as np

from features.errors import StamkundError
from features.ingest.sources.formats.form import Findings, Form, FormQuestion
from features.ingest.sources.formats.places import Malformed, Numbers
from features.ingest.sources.formats.scratch import write_texts
from features.ingest.sources.formats.text.encoding import decode, find_encoding
from features.ingest.sources.formats.text.json_records import DECODER, Flaw, Row, outer_places, places, rows_at

_LINES = {".jsonl", ".ndjson"}
_FEW = 1000  # records that are looked at


@dataclass(frozen=True)
class Records:
    """The records at a ``place`` of a JSON file as Parquet files of texts, and the lines they begin in.

    In a document the lines are their ordinals.
    """

    place: str
    paths: Sequence[Path]
    lines: Numbers
    malformed: tuple[Malformed, ...]
    findings: Findings


def read_json(path: Path, form: Form, scratch: Path) -> list[Records]:
    """The records of a JSON file: those of its lines when each of them is an object, else the lists of a document."""
    encoding = find_encoding(path, form.encoding)
    lines = _lines(decode(path, encoding.name))
    head = list(islice(((number, line) for number, line in enumerate(lines, start=1) if line.strip()), 2))
    rest = ((number, line) for number, line in enumerate(lines, start=head[-1][0] + 1 if head else 1) if line.strip())
    numbered = chain(head, rest)
    if path.suffix.lower() in _LINES or (len(head) == 2 and all(isinstance(_value(line), dict) for _, line in head)):
        return [_read_lines(path, numbered, form, scratch, encoding.findings)]
    document = _document(path, "".join(line for _, line in numbered))
    found = [form.records] if form.records is not None else outer_places(document)
    return [_read_document(path, document, place, form, scratch) for place in found]


def _read_lines(
    path: Path, numbered: Iterable[tuple[int, str]], form: Form, scratch: Path, findings: Findings
) -> Records:
    kept, malformed, inner = list[int](), list[Malformed](), dict[str, None]()
    place = form.records or ""

    def rows() -> Iterator[Row]:
        for number, line in numbered:
            value = _value(line)
            if len(kept) < _FEW or place not in inner:
                inner.update(dict.fromkeys(places([value])))
            for row in rows_at(value, place) if isinstance(value, dict) else [Flaw("this is no JSON object")]:
                if isinstance(row, Flaw):
                    flaw = f"line {number} of {path.name}: {row}: {line.strip()[:200]}"
                    malformed.append(Malformed(len(kept) + len(malformed) + 1, number, flaw))
                else:
                    kept.append(number)
                    yield row

    paths = _written(path, rows(), scratch)
    _check_place(path, place, inner)
    found = findings + _questions(path, place, [inside for inside in inner if inside], form)
    return Records(
        place, paths, np.array(sorted(kept + [record.line for record in malformed])), tuple(malformed), found
    )


def _read_document(path: Path, document: object, place: str, form: Form, scratch: Path) -> Records:
    malformed, count = list[Malformed](), 0

    def rows() -> Iterator[Row]:
        nonlocal count
        for count, row in enumerate(rows_at(document, place), start=1):
            if isinstance(row, Flaw):
                malformed.append(Malformed(count, count, f"record {count} of {path.name}: {row}"))
            else:
                yield row

    known = places(document)
    _check_place(path, place, known)
    paths = _written(path, rows(), scratch)
    inner = [other for other in known if other.startswith(f"{place}." if place else "") and other != place]
    found = Findings({"records": place} if place else {}) + _questions(path, place, inner, form)
    return Records(place, paths, np.arange(1, count + 1), tuple(malformed), found)


def _written(path: Path, rows: Iterator[Row], scratch: Path) -> list[Path]:
    if paths := write_texts(rows, scratch):
        return paths
    msg = f"{path.name} holds no record: an object for each, in a list or a line each. Export it anew."
    raise StamkundError("unreadable_file", msg)


def _check_place(path: Path, place: str, known: Iterable[str]) -> None:
    if place and place not in known:
        near = ", ".join(f"`{other}`" for other in known if other) or "none"
        msg = f"{path.name} has no records at `{place}`. Lists of objects lie at: {near}."
        raise StamkundError("bad_records", msg, field="records")


def _questions(path: Path, place: str, inner: Sequence[str], form: Form) -> Findings:
    """Whether the rows are the records or what lists inside of them hold."""
    if form.records is not None or not inner:
        return Findings({})
    lists = ", ".join(f"`{one}`" for one in inner)
    text = (
        f"{path.name}: its records hold lists ({lists}). Is a row a record, or one item of such a list, with the "
        "fields of its record beside it?"
    )
    taken = f"records: {place}" if place else "# a row a record"
    return Findings({}, (), (FormQuestion("table", text, (taken, *(f"records: {one}" for one in inner))),))


def _document(path: Path, text: str) -> object:
    try:
        return DECODER.decode(text.lstrip("\ufeff"))
    except json.JSONDecodeError as error:
        msg = f"{path.name} is no JSON: {error.msg} in line {error.lineno}. Export it anew."
        raise StamkundError("unreadable_file", msg) from None


def _value(line: str) -> object:
    try:
        return DECODER.decode(line.lstrip("\ufeff"))
    except json.JSONDecodeError:
        return None


def _lines(pieces: Iterable[str]) -> Iterator[str]:
    """The lines of a text that comes in pieces, with their ends."""
    rest = ""
    for piece in pieces:
        *whole, rest = (rest + piece).split("\n")
        yield from (f"{line}\n" for line in whole)
    if rest:
        yield rest
