"""The rows of a portion, read from its files or its database into the DuckDB table ``rows``, in reading order."""

# ruff: noqa: S608  (names are quoted; the expressions are those of whoever wrote the settings)
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np

from features import sql
from features.errors import StamkundError
from features.ingest.sources import databases
from features.ingest.sources.files import READ_ERRORS, form_of
from features.ingest.sources.formats import parquet
from features.ingest.sources.formats.places import FLAW, ROW, FileRows
from features.ingest.sources.loading import add_columns, add_flaws, append, drop_blank, load
from features.ingest.sources.portion import Portion
from features.ingest.sources.query_tables import query_tables
from features.ingest.sources.tables import open_source
from features.ingest.sources.tables.source_table import SourceTable
from features.ingest.sources.watermark import FormCounts, FullReadNeeded

_ROW_AND_FLAW = f"row_number() OVER () AS {ROW}, CAST(NULL AS VARCHAR) AS {FLAW}"


@dataclass(frozen=True)
class Rows:
    """What the table ``rows`` holds: the types of its columns beside ``ROW`` and ``FLAW``, and the number of rows.

    In a textual source (CSV, database) every value is text still, so that each of them can be checked; ``forms``
    counts how those are written that expressions compute with. ``files`` tell which rows are of which file.
    """

    columns: Mapping[str, str]
    textual: bool
    count: int
    forms: Mapping[str, FormCounts] = field(default_factory=dict)
    files: Sequence[FileRows] = ()


def read(connection: duckdb.DuckDBPyConnection, portion: Portion, scratch: Path) -> Rows:
    """Read a portion into the table ``rows``; :class:`FullReadNeeded` when its columns are not the previous ones.

    Files that must be unpacked or converted are, in the folder ``scratch``.
    """
    previous = portion.previous.columns if portion.previous else {}
    rows = _read(connection, portion, previous, scratch)
    if portion.previous and rows.columns != previous:
        raise FullReadNeeded(f"the columns of {portion.name} changed")
    return rows


def _read(connection: duckdb.DuckDBPyConnection, portion: Portion, previous: Mapping[str, str], scratch: Path) -> Rows:
    if portion.is_database:
        databases.select(connection, portion.source, portion.field, since=portion.since)
        return _rows(connection, textual=True)
    if portion.source.query is not None:
        return _read_query(connection, portion, scratch)
    paths, form = portion.tables[portion.name], form_of(portion.source)
    with _readable(paths, portion.field):
        tables = open_source(paths, form, scratch)
        if all(table.textual for table in tables):
            return _read_texts(connection, tables, previous)
        return _read_typed(connection, tables, previous)


@contextmanager
def _readable(paths: Sequence[Path], field: str) -> Iterator[None]:
    """Names the setting, and the files, of what cannot be read."""
    try:
        yield
    except StamkundError as error:
        raise StamkundError(error.code, str(error), field=f"{field}.{error.field or 'from'}") from None
    except READ_ERRORS as error:
        names = ", ".join(path.name for path in paths[:5])
        msg = f"{names} in {paths[0].parent} cannot be read: {sql.first_line(error)}"
        raise StamkundError("unreadable_file", msg, field=f"{field}.from") from None


def _read_texts(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[SourceTable], previous: Mapping[str, str]
) -> Rows:
    """The rows of tables of text, with the columns of the ``previous`` ones, as if all had been read together."""
    first, *others = tables
    files = [load(connection, first, "rows"), *(append(connection, table, "rows") for table in others)]
    drop_blank(connection, "rows")
    add_columns(connection, "rows", previous)
    return _rows(connection, textual=True, files=files)


def _read_typed(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[SourceTable], previous: Mapping[str, str]
) -> Rows:
    """The rows of tables of typed columns, likewise."""
    nulls = ", ".join(f"CAST(NULL AS {type_}) AS {sql.name(column)}" for column, type_ in previous.items())
    typed = f"SELECT {nulls} WHERE false UNION ALL BY NAME " if previous else ""
    paths = [path for table in tables for path in table.parquet]
    _number(connection, f"{typed}SELECT * FROM {parquet.relation_of(paths)}")
    none = np.zeros(0, np.int64)
    counts = parquet.row_counts(connection, paths)
    files = [
        FileRows(table.label, sum(counts[path] for path in table.parquet), none, lambda ordinals: ordinals)
        for table in tables
    ]
    return _rows(connection, textual=False, files=files)


def _read_query(connection: duckdb.DuckDBPyConnection, portion: Portion, scratch: Path) -> Rows:
    field, query = portion.field, portion.source.query or ""
    paths = [path for paths in portion.tables.values() for path in paths]
    tables = query_tables(connection, portion.tables, query, form_of(portion.source), scratch)
    with _readable(paths, field), tables as flaws:
        try:
            _number(connection, query.rstrip().rstrip(";"))
        except duckdb.Error as error:
            msg = f"The query does not run: {sql.first_line(error)}. Mend `{field}.query`."
            raise StamkundError("bad_query", msg, field="query") from None
        add_flaws(connection, "rows", flaws, sql.row_count(connection, "rows"))
    return _rows(connection, textual=False)


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    """Fill the table ``rows`` with what a query gives, each row numbered."""
    connection.execute(f"CREATE OR REPLACE TABLE rows AS SELECT {_ROW_AND_FLAW}, * FROM ({query}\n)")


def _rows(connection: duckdb.DuckDBPyConnection, *, textual: bool, files: Sequence[FileRows] = ()) -> Rows:
    columns = {column: type_ for column, type_ in sql.describe(connection, "rows").items() if column not in {ROW, FLAW}}
    return Rows(columns, textual, sql.row_count(connection, "rows"), files=files)
