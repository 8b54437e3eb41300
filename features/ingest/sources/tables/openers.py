"""The tables of each kind of file that holds any, as relations that DuckDB reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from features.errors import StamkundError
from features.ingest.sources.formats import databases, parquet
from features.ingest.sources.formats.form import Findings, Form
from features.ingest.sources.formats.kinds import Kind
from features.ingest.sources.formats.text.csv import open_csv
from features.ingest.sources.formats.text.json import read_json
from features.ingest.sources.formats.text.workbooks import read_sheet, sheet_names
from features.ingest.sources.tables.source_table import SourceTable


def selected(path: Path, names: Sequence[str], sheet: str | None) -> list[str]:
    """The names that ``sheet`` means, a name or a pattern such as ``2024-*``; all of them when it is None.

    >>> selected(Path("shop.xlsx"), ["May", "June", "Notes"], "*e*")
    ['June', 'Notes']
    """
    if sheet is None:
        return list(names)
    found = [name for name in names if name.lower() == sheet.lower() or fnmatchcase(name.lower(), sheet.lower())]
    if not found:
        raise StamkundError.unknown("unknown_sheet", f"table in {path.name}:", sheet, names, field="sheet")
    return found


def _csv(path: Path, form: Form, scratch: Path) -> Iterator[SourceTable]:
    file, found = open_csv(path, form, scratch)
    columns = dict.fromkeys(file.names, "VARCHAR")
    yield SourceTable(_stem(path), path.name, columns, file.relation, findings=found, footer=file.footer, csv=file)


def _json(path: Path, form: Form, scratch: Path) -> Iterator[SourceTable]:
    for records in read_json(path, form, scratch):
        name = records.place.rsplit(".", maxsplit=1)[-1] or _stem(path)
        table = _of_parquet(name, path, records.paths, records.findings)
        yield replace(table, textual=True, malformed=records.malformed, record_lines=records.lines)


def _workbook(path: Path, form: Form, scratch: Path) -> Iterator[SourceTable]:
    names = sheet_names(path)
    for name in selected(path, names, form.sheet):
        sheet = read_sheet(path, name, form, scratch)
        if sheet is not None:
            table = _of_parquet(name, path, [sheet.path], sheet_setting(name, names) + sheet.findings)
            label = f"{path.name}/{name}" if len(names) > 1 else path.name
            yield replace(table, label=label, textual=True, footer=sheet.footer, record_lines=sheet.lines)


def _sqlite(path: Path, form: Form, scratch: Path) -> Iterator[SourceTable]:
    names = databases.sqlite_tables(path)
    for name in selected(path, names, form.sheet):
        table = _of_parquet(name, path, [databases.read_sqlite(path, name, scratch)], sheet_setting(name, names))
        yield replace(table, label=f"{path.name}/{name}", textual=True)


def _duckdb(path: Path, form: Form, scratch: Path) -> Iterator[SourceTable]:
    names = databases.duckdb_tables(path)
    for name in selected(path, names, form.sheet):
        table = _of_parquet(name, path, [databases.read_duckdb(path, name, scratch)], sheet_setting(name, names))
        yield replace(table, label=f"{path.name}/{name}")


def _parquet(path: Path, _: Form, __: Path) -> Iterator[SourceTable]:
    yield _of_parquet(_stem(path), path, [path], Findings({}))


def _converted(path: Path, _: Form, scratch: Path) -> Iterator[SourceTable]:
    yield _of_parquet(_stem(path), path, [databases.as_parquet(path, scratch)], Findings({}))


def _of_parquet(name: str, path: Path, files: Sequence[Path], findings: Findings) -> SourceTable:
    relation = parquet.relation_of(files)
    columns = parquet.columns_of(relation)
    return SourceTable(name, path.name, columns, relation, textual=False, findings=findings, parquet=tuple(files))


def sheet_setting(name: str, names: Sequence[str]) -> Findings:
    """The setting that means one of several tables."""
    return Findings({"sheet": name} if len(names) > 1 else {})


OPENERS: Mapping[Kind, Callable[[Path, Form, Path], Iterator[SourceTable]]] = {
    "csv": _csv,
    "json": _json,
    "workbook": _workbook,
    "sqlite": _sqlite,
    "duckdb": _duckdb,
    "parquet": _parquet,
    "converted": _converted,
}


def _stem(path: Path) -> str:
    return path.name.split(".")[0]
