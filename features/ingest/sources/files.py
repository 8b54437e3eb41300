"""The files that a location in the settings means: one, those of a folder or a glob, or those of a Python package."""

from __future__ import annotations

import csv
import importlib.util
import lzma
import sqlite3
import zipfile
from glob import glob
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa

from features.config.locations import expand
from features.config.source import Source
from features.errors import StamkundError
from features.ingest.sources.formats.form import Form

_FAMILIES = {
    "csv": (".csv", ".tsv", ".tab", ".psv", ".txt", ".dat"),
    "json": (".json", ".jsonl", ".ndjson"),
    "workbook": (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"),
    "parquet": (".parquet", ".pq"),
    "avro": (".avro",),
    "orc": (".orc",),
    "arrow": (".arrow", ".feather", ".ipc"),
    "sqlite": (".sqlite", ".sqlite3", ".db"),
    "duckdb": (".duckdb", ".ddb"),
    "archive": (".zip",),
}
_PACKED = (".gz", ".zst", ".bz2", ".xz")
_GLOB = "*?["
# Of a file that is not what it seems.
READ_ERRORS = (
    *(duckdb.Error, sqlite3.Error, pa.ArrowException, pl.exceptions.PolarsError, csv.Error, UnicodeError),
    *(OSError, EOFError, zipfile.BadZipFile, lzma.LZMAError),
)


def find_files(origin: str, *, field: str) -> list[Path]:
    """The files that a location means, in reading order; all of one format, so that they can be one source."""
    files = locate(origin, field=field)
    if len({file_format(path) for path in files}) > 1:
        suffixes = ", ".join(sorted({path.suffix or path.name for path in files}))
        msg = f"{origin} holds {suffixes} files: give files of one format, and only one of them, e.g. {origin}/*.csv."
        raise StamkundError("unknown_format", msg, field=field)
    return files


def locate(origin: str, *, field: str) -> list[Path]:
    """The files that a location means, of whatever formats."""
    place = _packaged(origin, field) if origin.startswith("package:") else Path(expand(origin, field=field))
    files = _files_at(place)
    if not files:
        raise _no_file(origin, place, field)
    return files


def file_format(path: Path) -> str | None:
    """The format of a file by its name, None when it says nothing.

    >>> [file_format(Path(name)) for name in ("a.tsv.gz", "b.PARQUET", "c.doc")]
    ['csv', 'parquet', None]
    """
    name = path.name.lower()
    bare = name.removesuffix(path.suffix.lower()) if name.endswith(_PACKED) else name
    return next((family for family, suffixes in _FAMILIES.items() if bare.endswith(suffixes)), None)


def form_of(source: Source) -> Form:
    """What a source's settings say of the form of its files."""
    header = 0 if source.header == "none" else source.header
    return Form(source.encoding, source.delimiter, header, source.names, source.footer, source.sheet, source.records)


def _files_at(place: Path) -> list[Path]:
    if place.is_dir():
        return sorted(path for path in place.rglob("*") if file_format(path))
    if any(mark in place.name for mark in _GLOB):
        return [Path(path) for path in sorted(glob(str(place), recursive=True))]  # noqa: PTH207  (an absolute pattern)
    return [place] if place.is_file() else []


def _packaged(origin: str, field: str) -> Path:
    package, _, inside = origin.removeprefix("package:").partition("/")
    spec = importlib.util.find_spec(package) if package.isidentifier() else None
    folders = list(spec.submodule_search_locations or []) if spec else []
    if not folders:
        hint = f"Install it (`pip install {package.replace('_', '-')}`)."
        msg = f"The Python package '{package}' is not installed, and {origin} is read from it. {hint}"
        raise StamkundError("missing_package", msg, field=field)
    return Path(folders[0]) / inside


def _no_file(origin: str, place: Path, field: str) -> StamkundError:
    if any(mark in str(place) for mark in _GLOB) or place.is_dir():
        msg = f"No file that can be read is found at {origin}. Put one there, or name another place."
        return StamkundError("missing_file", msg, field=field)
    beside = sorted(path.name for path in place.parent.glob("*") if file_format(path)) if place.parent.is_dir() else []
    return StamkundError.unknown("missing_file", f"file in {place.parent}:", place.name, beside, field=field)
