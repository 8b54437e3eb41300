"""Opening files: each table that a file holds, in the form that its settings say or its content shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from features.errors import StamkundError
from features.ingest.sources.formats import databases, parquet
from features.ingest.sources.formats.archives import unpack, unpack_members
from features.ingest.sources.formats.form import Findings, Form
from features.ingest.sources.formats.json import read_json
from features.ingest.sources.formats.kinds import Kind, kind_of
from features.ingest.sources.formats.text.csv import open_csv
from features.ingest.sources.formats.workbooks import read_sheet, sheet_names
from features.ingest.sources.tables.source_table import SourceTable

_SILENT = Form()
_PACKAGES = {"packed", "archive"}


def open_tables(path: Path, form: Form = _SILENT, *, scratch: Path) -> list[SourceTable]:
    r"""The tables of a file in a given form; where that is silent, in the form that is found.

    What must be unpacked or converted lies in the folder ``scratch`` as long as the tables are used. Raises
    :class:`StamkundError` when the file cannot be read.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "orders.csv")
    ...     _ = path.write_text("Report of May\n\nid;paid\n1;2,50\n2;3,00\n")
    ...     (orders,) = open_tables(path, scratch=Path(folder))
    ...     orders.name, list(orders.columns), orders.settings
    ('orders', ['id', 'paid'], {'header': 3})
    """
    if path.stat().st_size == 0:
        msg = f"{path} is empty: not even a line with the names of its columns is in it. Fill it, or take it away."
        raise StamkundError("unreadable_file", msg)
    kind = kind_of(path)
    if kind == "packed":
        tables = open_tables(unpack(path, scratch), form, scratch=scratch)
        return [replace(table, label=path.name) for table in tables]
    if kind == "archive":
        return list(_members(path, form, scratch))
    _refuse_unused(path, kind, form)
    return list(_OPENERS[kind](path, form, scratch))


def open_source(paths: Sequence[Path], form: Form, scratch: Path) -> list[SourceTable]:
    """The tables of files that are one source together: one of each file, or those that ``sheet`` means.

    An archive is read as a folder is. A workbook or a database of several tables is refused unless ``sheet`` is given.
    """
    tables = []
    for path in paths:
        found = open_tables(path, form, scratch=scratch)
        if len(found) > 1 and form.sheet is None and kind_of(path) != "archive":
            raise _several_tables(path, found)
        tables += found
    if not tables:
        raise StamkundError("unreadable_file", f"{paths[0].name} holds no rows. Fill it, or take it away.")
    if len({table.textual for table in tables}) > 1:
        labels = ", ".join(table.label for table in tables[:5])
        msg = f"Files of texts and files of typed columns are no one source: {labels}. Give each its own."
        raise StamkundError("unknown_format", msg)
    return tables


def _several_tables(path: Path, tables: Sequence[SourceTable]) -> StamkundError:
    key = "records" if any("records" in table.settings for table in tables) else "sheet"
    names = ", ".join(str(table.settings.get(key, table.name)) for table in tables)
    msg = f"{path.name} holds {len(tables)} tables: {names}. Name one under `{key}`."
    return StamkundError("several_tables", msg, field=key)


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


def _members(path: Path, form: Form, scratch: Path) -> Iterator[SourceTable]:
    members = unpack_members(path, scratch)
    for name in selected(path, list(members), form.sheet):
        found = _sheet(name, list(members))
        for table in open_tables(members[name], replace(form, sheet=None), scratch=scratch):
            yield replace(table, label=f"{path.name}/{name}", findings=found + table.findings)


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
            table = _of_parquet(name, path, [sheet.path], _sheet(name, names) + sheet.findings)
            label = f"{path.name}/{name}" if len(names) > 1 else path.name
            yield replace(table, label=label, textual=True, footer=sheet.footer, record_lines=sheet.lines)


def _sqlite(path: Path, form: Form, scratch: Path) -> Iterator[SourceTable]:
    names = databases.sqlite_tables(path)
    for name in selected(path, names, form.sheet):
        table = _of_parquet(name, path, [databases.read_sqlite(path, name, scratch)], _sheet(name, names))
        yield replace(table, label=f"{path.name}/{name}", textual=True)


def _duckdb(path: Path, form: Form, scratch: Path) -> Iterator[SourceTable]:
    names = databases.duckdb_tables(path)
    for name in selected(path, names, form.sheet):
        table = _of_parquet(name, path, [databases.read_duckdb(path, name, scratch)], _sheet(name, names))
        yield replace(table, label=f"{path.name}/{name}")


def _parquet(path: Path, _: Form, __: Path) -> Iterator[SourceTable]:
    yield _of_parquet(_stem(path), path, [path], Findings({}))


def _converted(path: Path, _: Form, scratch: Path) -> Iterator[SourceTable]:
    yield _of_parquet(_stem(path), path, [databases.as_parquet(path, scratch)], Findings({}))


def _of_parquet(name: str, path: Path, files: Sequence[Path], findings: Findings) -> SourceTable:
    relation = parquet.relation_of(files)
    columns = parquet.columns_of(relation)
    return SourceTable(name, path.name, columns, relation, textual=False, findings=findings, parquet=tuple(files))


def _sheet(name: str, names: Sequence[str]) -> Findings:
    return Findings({"sheet": name} if len(names) > 1 else {})


_OPENERS: Mapping[Kind, Callable[[Path, Form, Path], Iterator[SourceTable]]] = {
    "csv": _csv,
    "json": _json,
    "workbook": _workbook,
    "sqlite": _sqlite,
    "duckdb": _duckdb,
    "parquet": _parquet,
    "converted": _converted,
}
_USED: Mapping[Kind, frozenset[str]] = {
    "csv": frozenset({"encoding", "delimiter", "header", "names", "footer"}),
    "json": frozenset({"encoding", "records"}),
    "workbook": frozenset({"header", "names", "footer", "sheet"}),
    "sqlite": frozenset({"sheet"}),
    "duckdb": frozenset({"sheet"}),
}


def fitting(path: Path, form: Form) -> Form:
    """What of a form applies to a file; for the other files of a query the rest is meant."""
    kind = kind_of(path)
    unused = [key for key in vars(form) if key not in _USED.get(kind, vars(form) if kind in _PACKAGES else ())]
    return replace(form, **dict.fromkeys(unused))


def _refuse_unused(path: Path, kind: Kind, form: Form) -> None:
    for key, value in vars(form).items():
        if value is not None and key not in _USED.get(kind, ()):
            msg = f"`{key}` says nothing about {path.name}, which is no file that it applies to. Take it away."
            raise StamkundError("unused_setting", msg, field=key)


def _stem(path: Path) -> str:
    return path.name.split(".")[0]
