"""The tables that files and folders hold."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from features import sql
from features.errors import StamkundError
from features.ingest.sources.files import READ_ERRORS, find_files
from features.ingest.sources.formats.form import Findings, Form
from features.ingest.sources.formats.places import FLAW, ROW
from features.ingest.sources.loading import append, drop_blank, load
from features.ingest.sources.tables import SourceTable, open_tables
from features.onboarding.facts.question import Question
from features.onboarding.facts.table import Table
from features.onboarding.knowledge.names import role_scores

ROWS = 500_000  # of a file that are looked at
_FEW = 3  # columns, of which one more or less makes another table
_DIFFERENT = (
    "The files in {} have different columns, so each is a source, and files that come later are not read: "
    "give those with the same columns a folder of their own."
)


@dataclass(frozen=True)
class _Group:
    """Tables of one shape that are read as one: where they lie, and what they are called by."""

    place: Path
    name: str
    files: Sequence[Path]
    sources: Sequence[SourceTable]
    notes: Sequence[str] = ()


def tables_of(
    connection: duckdb.DuckDBPyConnection, paths: Sequence[Path]
) -> tuple[list[Table], list[tuple[Path, StamkundError]]]:
    """The tables of these files and folders, and of those that cannot be read the error; none stops the others."""
    tables: list[Table] = []
    errors: list[tuple[Path, StamkundError]] = []
    with tempfile.TemporaryDirectory() as scratch:
        for path in paths:
            try:
                for group in _groups(path, Path(scratch), errors):
                    tables.append(_table(connection, group, {table.name.lower() for table in tables}))
            except (*READ_ERRORS, StamkundError) as error:
                errors.append((path, _told(path, error)))
    return tables, errors


def _groups(path: Path, scratch: Path, errors: list[tuple[Path, StamkundError]]) -> Iterator[_Group]:
    """The tables of a file; those of a folder in one, if they have the same columns but for one, else each file's."""
    opened: list[tuple[Path, SourceTable]] = []
    for file in find_files(str(path), field="init"):
        try:
            opened += [(file, _of_items(file, table, scratch)) for table in open_tables(file, scratch=scratch)]
        except (*READ_ERRORS, StamkundError) as error:
            errors.append((file, _told(file, error)))
    files = list(dict.fromkeys(file for file, _ in opened))
    of_one_form = len({file.suffix.lower() for file in files}) == 1 and not errors
    beside = _beside([table for _, table in opened]) if of_one_form and (path.is_dir() or len(opened) > 1) else None
    if beside is not None:
        tables = [table for _, table in opened]
        yield _Group(path, path.resolve().name, files, tables, [f"only some of its files have {c}" for c in beside])
        return
    notes: list[str] = []
    if path.is_dir() and len(files) > 1:
        notes = [_DIFFERENT.format(path)]
    for file in files:
        own = [table for place, table in opened if place == file]
        for table in own:
            yield _Group(file, file.name if len(own) == 1 else table.name, [file], [table], notes)
            notes = []


def _beside(tables: Sequence[SourceTable]) -> list[str] | None:
    """The column that not all of some tables have; None where they differ by more, and so are of several kinds.

    A moment that only some tell is what happened in these, such as a click.
    """
    columns = [{name.lower(): name for name in table.columns} for table in tables]
    every = {lower: name for own in columns for lower, name in own.items()}
    beside = [name for lower, name in every.items() if any(lower not in own for own in columns)]
    if len(beside) > 1 or (beside and len(every) <= _FEW):
        return None
    return None if any(role.endswith("time") for name in beside for role in role_scores(name)) else beside


def _of_items(file: Path, table: SourceTable, scratch: Path) -> SourceTable:
    """A table of records that hold lists, as one of the items of such a list where these are lines of orders."""
    if any("kind" in role_scores(name) for name in table.columns):  # a log's items are not all bought
        return table
    options = [option for question in table.questions if question.topic == "table" for option in question.options]
    for option in (option for option in options if option.startswith("records: ")):
        (items, *_) = open_tables(file, Form(records=option.removeprefix("records: ")), scratch=scratch)
        own = {role for name in set(items.columns) - set(table.columns) for role in role_scores(name)}
        if {"item", "item_name", "unit_price", "line_amount"} & own:
            others = tuple(question for question in items.questions if question.topic != "table")
            settings = {**items.settings, "records": option.removeprefix("records: ")}
            return replace(items, findings=Findings(settings, items.notes, others))
    return table


def _table(connection: duckdb.DuckDBPyConnection, group: _Group, names: set[str]) -> Table:
    first, *others = group.sources
    name = source_name(group.name, names)
    raw, loaded = sql.name(f"rows of {name}"), f"loaded {name}"
    load(connection, first, loaded, most=ROWS)
    for source in others:
        append(connection, source, loaded)
    if all(source.textual for source in group.sources):
        drop_blank(connection, loaded)
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE {raw} AS
        SELECT * EXCLUDE ({ROW}, {FLAW}) FROM {sql.name(loaded)} WHERE {FLAW} IS NULL ORDER BY {ROW}
        """
    )
    connection.execute(f"DROP TABLE {sql.name(loaded)}")
    questions = [Question(each.topic, each.text, each.options) for each in first.questions]
    notes = [*group.notes, *first.notes, *([_files_alike(group)] if others else [])]
    if sql.row_count(connection, raw) >= ROWS:
        notes.append(f"the first {ROWS:,} rows were looked at")
    return Table.of(
        connection, name, group.place, group.files, raw, options=first.settings, notes=notes, questions=questions
    )


def _files_alike(group: _Group) -> str:
    return f"{len(group.sources)} files with {'nearly ' if group.notes else ''}the same columns"


def source_name(name: str, names: set[str]) -> str:
    """A name for a source, after that of a file; it is not among ``names``, in whatever letter case.

    >>> source_name("Orders 2024.csv", set()), source_name("2024-05.csv", {"_2024_05"})
    ('Orders_2024', '_2024_05_2')
    """
    stem = re.sub(r"\W+", "_", name.split(".", maxsplit=1)[0], flags=re.ASCII).strip("_") or "rows"
    name = stem if not stem[0].isdigit() and stem != "http" else f"_{stem}"
    while name.lower() in names:
        name += "_2"
    return name


def _told(path: Path, error: Exception) -> StamkundError:
    if isinstance(error, StamkundError):
        return error
    return StamkundError("unreadable_file", f"{path} cannot be read: {sql.first_line(error)}", field="init")
