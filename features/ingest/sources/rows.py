"""The rows of a portion, read from its files or its database into the DuckDB table ``rows``, in reading order."""

# ruff: noqa: S608  (names are quoted; the expressions are those of whoever wrote the settings)
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from features import sql
from features.errors import StamkundError
from features.ingest.sources import databases
from features.ingest.sources.csv import FLAW, ROW, append
from features.ingest.sources.files import READ_ERRORS, file_format, scan
from features.ingest.sources.portion import Portion
from features.ingest.sources.watermark import FormCounts, FullReadNeeded

_ROW_AND_FLAW = f"row_number() OVER () AS {ROW}, CAST(NULL AS VARCHAR) AS {FLAW}"


@dataclass(frozen=True)
class Rows:
    """What the table ``rows`` holds: the types of its columns beside ``ROW`` and ``FLAW``, and the number of rows.

    In a textual source (CSV, database) every value is text still, so that each of them can be checked; ``forms``
    counts how those are written that expressions compute with.
    """

    columns: Mapping[str, str]
    textual: bool
    count: int
    forms: Mapping[str, FormCounts] = field(default_factory=dict)


def read(connection: duckdb.DuckDBPyConnection, portion: Portion) -> Rows:
    """Read a portion into the table ``rows``; :class:`FullReadNeeded` when its columns are not the previous ones."""
    previous = portion.previous.columns if portion.previous else {}
    rows = _read(connection, portion, previous)
    if portion.previous and rows.columns != previous:
        raise FullReadNeeded(f"the columns of {portion.name} changed")
    return rows


def _read(connection: duckdb.DuckDBPyConnection, portion: Portion, previous: Mapping[str, str]) -> Rows:
    if portion.is_database:
        databases.select(connection, portion.source, portion.field, since=portion.since)
        return _rows(connection, textual=True)
    if portion.source.query is not None:
        return _read_query(connection, portion.tables, portion.source.query, portion.field)
    return _read_files(connection, portion.tables[portion.name], portion.field, previous)


def _read_files(
    connection: duckdb.DuckDBPyConnection, paths: Sequence[Path], field: str, previous: Mapping[str, str]
) -> Rows:
    """The rows of files, with the columns of the ``previous`` ones, as if all had been read together."""
    textual = file_format(paths[0]) == "csv"
    try:
        if textual:
            _append_all(connection, paths, previous)
        else:
            nulls = ", ".join(f"CAST(NULL AS {type_}) AS {sql.name(column)}" for column, type_ in previous.items())
            typed = f"SELECT {nulls} WHERE false UNION ALL BY NAME " if previous else ""
            _number(connection, f"{typed}SELECT * FROM {scan(paths)}")
    except READ_ERRORS as error:
        names = ", ".join(path.name for path in paths[:5])
        msg = f"{names} in {paths[0].parent} cannot be read: {sql.first_line(error)}"
        raise StamkundError("unreadable_file", msg, field=f"{field}.from") from None
    return _rows(connection, textual=textual)


def _append_all(connection: duckdb.DuckDBPyConnection, paths: Sequence[Path], previous: Mapping[str, str]) -> None:
    columns = ", ".join([f"{ROW} BIGINT, {FLAW} VARCHAR", *(f"{sql.name(column)} VARCHAR" for column in previous)])
    connection.execute(f"CREATE OR REPLACE TABLE rows ({columns})")
    for path in paths:
        append(connection, path)


def _read_query(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Sequence[Path]], query: str, field: str
) -> Rows:
    try:
        for name, paths in tables.items():
            connection.execute(f"CREATE OR REPLACE TEMP VIEW {sql.name(name)} AS SELECT * FROM {scan(paths)}")
        _number(connection, query.rstrip().rstrip(";"))
    except duckdb.Error as error:
        msg = f"The query does not run: {sql.first_line(error)}. Mend `{field}.query`."
        raise StamkundError("bad_query", msg, field=f"{field}.query") from None
    finally:
        for name in tables:
            connection.execute(f"DROP VIEW IF EXISTS {sql.name(name)}")
    return _rows(connection, textual=False)


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    """Fill the table ``rows`` with what a query gives, each row numbered."""
    connection.execute(f"CREATE OR REPLACE TABLE rows AS SELECT {_ROW_AND_FLAW}, * FROM ({query}\n)")


def _rows(connection: duckdb.DuckDBPyConnection, *, textual: bool) -> Rows:
    columns = {column: type_ for column, type_ in sql.describe(connection, "rows").items() if column not in {ROW, FLAW}}
    return Rows(columns, textual, sql.row_count(connection, "rows"))
