"""Opening files: each table that a file holds, in the form that its settings say or its content shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from features.errors import StamkundError
from features.ingest.sources.formats.archives import unpack, unpack_members
from features.ingest.sources.formats.form import Form
from features.ingest.sources.formats.kinds import kind_of
from features.ingest.sources.tables.applicable import refuse_unused
from features.ingest.sources.tables.openers import OPENERS, selected, sheet_setting
from features.ingest.sources.tables.source_table import SourceTable

_SILENT = Form()


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
    refuse_unused(path, kind, form)
    return list(OPENERS[kind](path, form, scratch))


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


def _members(path: Path, form: Form, scratch: Path) -> Iterator[SourceTable]:
    members = unpack_members(path, scratch)
    for name in selected(path, list(members), form.sheet):
        found = sheet_setting(name, list(members))
        for table in open_tables(members[name], replace(form, sheet=None), scratch=scratch):
            yield replace(table, label=f"{path.name}/{name}", findings=found + table.findings)
