"""Tables of files: what a file holds, in which form, and the SQL that reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from features.ingest.sources.formats import parquet
from features.ingest.sources.formats.archives import unpack
from features.ingest.sources.formats.csv import CsvFile, open_csv
from features.ingest.sources.formats.form import Form, FormQuestion
from features.ingest.sources.formats.lines import CsvLines
from features.ingest.sources.places import Malformed, Numbers

_SILENT = Form()


@dataclass(frozen=True)
class SourceTable:
    """A table of a file: a CSV file, a Parquet file, a sheet of a workbook, a table of a database.

    ``label`` says where in which file it is. ``columns`` are the types of its columns by name; in a ``textual`` table
    all of them are texts as the file has them. ``settings`` are the keys of a source that fix the form in which it is
    read, ``notes`` say what is noteworthy about that form, and ``questions`` what is unsure. ``relation`` is the SQL
    that reads its rows, the last ``footer`` of which are none. ``malformed`` are its records that are no rows, as far
    as they are known before it is read.
    """

    name: str
    label: str
    columns: Mapping[str, str]
    textual: bool
    relation: str
    settings: Mapping[str, object]
    notes: tuple[str, ...] = ()
    questions: tuple[FormQuestion, ...] = ()
    footer: int = 0
    csv: CsvFile | None = None
    malformed: tuple[Malformed, ...] = ()

    def lines(self, count: int) -> Callable[[Numbers], Numbers]:
        """What gives the lines of its records, ``count`` in all, by their ordinals; the ordinals where it has none."""
        return CsvLines(self.csv, count) if self.csv else lambda ordinals: ordinals


def open_table(path: Path, form: Form = _SILENT, *, scratch: Path) -> SourceTable:
    """The one table of a file."""
    (table,) = open_tables(path, form, scratch=scratch)
    return table


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
    members = unpack(path, scratch)
    inside = len(members) > 1
    return [
        table
        for member in members
        for table in _tables(member, form, scratch, f"{path.name}/{member.name}" if inside else path.name)
    ]


def is_parquet(path: Path) -> bool:
    """Whether a file is of typed columns, by its name."""
    return path.name.lower().endswith(".parquet")


def _tables(path: Path, form: Form, scratch: Path, label: str) -> list[SourceTable]:
    name = path.name.split(".")[0]
    if is_parquet(path):
        relation = parquet.relation_of([path])
        return [SourceTable(name, label, parquet.columns_of(relation), textual=False, relation=relation, settings={})]
    return [_csv(name, path, form, scratch, label)]


def _csv(name: str, path: Path, form: Form, scratch: Path, label: str) -> SourceTable:
    file, found = open_csv(path, form, scratch)
    return SourceTable(
        name,
        label,
        dict.fromkeys(file.names, "VARCHAR"),
        textual=True,
        relation=file.relation,
        settings=found.settings,
        notes=found.notes,
        questions=found.questions,
        footer=file.footer,
        csv=file,
    )
