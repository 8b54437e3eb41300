"""The kinds of files: told by their first bytes, and by their names where those say nothing."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Literal

from features.errors import StamkundError
from features.ingest.sources.formats.archives import PACKED

Kind = Literal["csv", "json", "workbook", "parquet", "converted", "sqlite", "duckdb", "packed", "archive"]

_MAGIC: tuple[tuple[int, bytes, Kind], ...] = (
    (0, b"PAR1", "parquet"),
    *((0, magic, "packed") for magic in PACKED),
    (0, b"SQLite format 3\x00", "sqlite"),
    (8, b"DUCK", "duckdb"),
    (0, b"Obj\x01", "converted"),
    (0, b"ORC", "converted"),
    (0, b"ARROW1", "converted"),
)
_PANDAS = "python -c \"import pandas; pandas.{reader}('{name}').to_csv('{stem}.csv', index=False)\""
_R = "Rscript -e \"write.csv({reader}('{name}'), '{stem}.csv', row.names = FALSE)\""
_SHEET = "open it, copy its table into a sheet and save that as CSV in UTF-8"
# What other files begin with, and how what they hold becomes a table that can be read.
_REMEDIES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", _SHEET),
    (b"{\\rtf", _SHEET),
    (b"<stata_dta>", _PANDAS.replace("{reader}", "read_stata")),
    (b"$FL2", _R.replace("{reader}", "haven::read_sav")),
    (b"$FL3", _R.replace("{reader}", "haven::read_sav")),
    (b"RDX", _R.replace("{reader}", "readRDS")),
    (b"X\n", _R.replace("{reader}", "readRDS")),
    (b"\x89HDF", _PANDAS.replace("{reader}", "read_hdf")),
    (b"\x80\x04", _PANDAS.replace("{reader}", "read_pickle")),
    (b"\x80\x05", _PANDAS.replace("{reader}", "read_pickle")),
    (b"Rar!", "unrar x '{name}'"),
    (b"7z\xbc\xaf", "7z x '{name}'"),
)
_BY_NAME: dict[str, str] = {
    ".dta": _PANDAS.replace("{reader}", "read_stata"),
    ".sav": _R.replace("{reader}", "haven::read_sav"),
    ".sas7bdat": _PANDAS.replace("{reader}", "read_sas"),
    ".xpt": _PANDAS.replace("{reader}", "read_sas"),
    ".rds": _R.replace("{reader}", "readRDS"),
    ".dbf": _R.replace("{reader}", "foreign::read.dbf"),
    ".numbers": "in Numbers, File, Export to, CSV or Excel",
    ".doc": _SHEET,
    ".docx": _SHEET,
    ".pdf": _SHEET,
    ".mdb": "mdb-export '{name}' TABLE > '{stem}.csv'",
    ".accdb": "mdb-export '{name}' TABLE > '{stem}.csv'",
    ".tar": "tar xf '{name}'",
}
_JSON = {".json", ".jsonl", ".ndjson", ".geojson"}
_BINARY = {  # a text is none of these; old systems call their texts .xls
    *(".parquet", ".pq", ".xlsx", ".xlsm", ".xlsb", ".ods", ".avro", ".orc", ".arrow", ".feather", ".ipc"),
    *(".sqlite", ".sqlite3", ".duckdb", ".ddb", ".zip", ".gz", ".zst", ".bz2", ".xz"),
}
READABLE = (
    "CSV and other tables of text, JSON, Excel and LibreOffice sheets, Parquet, Avro, ORC, Arrow, SQLite and DuckDB, "
    "also in .gz, .zst and .zip"
)


def kind_of(path: Path) -> Kind:
    """The kind of a file; one that cannot be read is refused with what converts it."""
    with path.open("rb") as file:
        head = file.read(4096)
    beginnings = (text for magic, text in _REMEDIES if head.startswith(magic))
    if remedy := _BY_NAME.get(path.suffix.lower()) or next(beginnings, None):
        raise _unreadable(path, remedy)
    for offset, magic, kind in _MAGIC:
        if head[offset:].startswith(magic):
            return kind
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "workbook"
    if head.startswith(b"PK"):
        return _kind_of_archive(path)
    if head[257:262] == b"ustar":
        raise _unreadable(path, _BY_NAME[".tar"])
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"<"):
        raise _unreadable(path, "it is XML or HTML: open it in Excel or LibreOffice and save it as .xlsx or CSV")
    suffix = path.suffix.lower()
    if suffix in _BINARY:
        msg = (
            f"{path.name} cannot be read: it is no {suffix} file, whatever its name says. Export it anew, or rename it."
        )
        raise StamkundError("unreadable_file", msg)
    is_json = suffix in _JSON or text.startswith((b'{"', b'[{"', b"[\n{", b"[\r\n{"))
    return "json" if is_json else "csv"


def _kind_of_archive(path: Path) -> Kind:
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if any(name.startswith("xl/") for name in names):
            return "workbook"
        if "mimetype" in names and b"spreadsheet" in archive.read("mimetype"):
            return "workbook"
    if any(name.startswith(("word/", "ppt/")) for name in names):
        raise _unreadable(path, _SHEET)
    if any(name.startswith("Index/") and name.endswith(".iwa") for name in names):
        raise _unreadable(path, _BY_NAME[".numbers"])
    return "archive"


def _unreadable(path: Path, remedy: str) -> StamkundError:
    how = remedy.format(name=path.name, stem=path.stem)
    return StamkundError(
        "unknown_format", f"{path.name} cannot be read. Convert it: {how}. What can be read: {READABLE}."
    )
