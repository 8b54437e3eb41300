"""The files that a location in the settings means: one, those of a folder or a glob, or those of a Python package."""

from __future__ import annotations

import csv
import gzip
import importlib.util
from glob import glob
from pathlib import Path

import duckdb

from features.config.locations import expand
from features.config.source import Source
from features.errors import StamkundError
from features.ingest.sources.formats.form import Form

_CSV_SUFFIXES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
_GLOB = "*?["
READ_ERRORS = (duckdb.Error, UnicodeDecodeError, csv.Error, gzip.BadGzipFile)  # of a file that is not what it seems


def find_files(origin: str, *, field: str) -> list[Path]:
    """The files that a location means, in reading order; all CSV or all Parquet, none of them empty."""
    place = _packaged(origin, field) if origin.startswith("package:") else Path(expand(origin, field=field))
    files = _files_at(place)
    if not files:
        raise _no_file(origin, place, field)
    if {file_format(path) for path in files} not in ({"csv"}, {"parquet"}):
        suffixes = ", ".join(sorted({path.suffix or path.name for path in files}))
        msg = f"{origin} holds {suffixes} files: give CSV or Parquet, and only one of them."
        raise StamkundError("unknown_format", msg, field=field)
    for path in files:
        if path.stat().st_size == 0:
            msg = f"{path} is empty: not even a line with the names of its columns is in it. Fill it, or take it away."
            raise StamkundError("unreadable_file", msg, field=field)
    return files


def file_format(path: Path) -> str | None:
    """The format of a file by its name: ``csv``, ``parquet``, or None when it is neither.

    >>> [file_format(Path(name)) for name in ("a.tsv.gz", "b.PARQUET", "c.xlsx")]
    ['csv', 'parquet', None]
    """
    name = path.name.lower()
    if name.endswith(".parquet"):
        return "parquet"
    return "csv" if name.endswith(_CSV_SUFFIXES) else None


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
        msg = f"No CSV or Parquet file is found at {origin}. Put one there, or name another place."
        return StamkundError("missing_file", msg, field=field)
    beside = sorted(path.name for path in place.parent.glob("*") if file_format(path)) if place.parent.is_dir() else []
    return StamkundError.unknown("missing_file", f"file in {place.parent}:", place.name, beside, field=field)
