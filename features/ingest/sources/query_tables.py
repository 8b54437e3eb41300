"""The tables that a query over files names: texts as the files have them, and numbers where all values are."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from features import sql, sql_tree
from features.errors import StamkundError
from features.ingest.sources.formats.form import Form
from features.ingest.sources.formats.places import FLAW, ROW
from features.ingest.sources.loading import append, drop_blank, load
from features.ingest.sources.tables import fitting, open_source, open_tables
from features.ingest.sources.tables.source_table import SourceTable


@contextmanager
def query_tables(
    connection: duckdb.DuckDBPyConnection, files: Mapping[str, Sequence[Path]], query: str, form: Form, scratch: Path
) -> Iterator[list[str]]:
    """Make a view of each table of ``files`` for as long as a query needs them; the flaws of lines that are no rows."""
    views = list(_views(files, form, scratch))
    _check_tables(query, [name for name, _ in views])
    try:
        for nth, (name, tables) in enumerate(views):
            _make_view(connection, name, tables, f"stamkund_text_{nth}")
        yield [flaw for nth in range(len(views)) for flaw in _flaws(connection, f"stamkund_text_{nth}")]
    finally:
        for nth, (name, _) in enumerate(views):
            connection.execute(f"DROP VIEW IF EXISTS temp.{sql.name(name)}; DROP TABLE IF EXISTS stamkund_text_{nth}")


def _views(
    files: Mapping[str, Sequence[Path]], form: Form, scratch: Path
) -> Iterator[tuple[str, Sequence[SourceTable]]]:
    """The names that a query may use, each with its tables; those of one workbook or database go by their own."""
    if len(files) == 1:
        ((name, paths),) = files.items()
        tables = [table for path in paths for table in open_tables(path, form, scratch=scratch)]
        several = len(paths) == 1 and len(tables) > 1
        yield from ((table.name, [table]) for table in tables) if several else [(name, tables)]
        return
    for name, paths in files.items():
        yield name, [table for path in paths for table in open_source([path], fitting(path, form), scratch)]


def _check_tables(query: str, names: Sequence[str]) -> None:
    for table in sorted(sql_tree.tables_of(query)):
        if table.lower() not in {name.lower() for name in names}:
            raise StamkundError.unknown("unknown_table", "table", table, names, field="query")


def _make_view(connection: duckdb.DuckDBPyConnection, name: str, tables: Sequence[SourceTable], text: str) -> None:
    if not all(table.textual for table in tables):
        query = " UNION ALL BY NAME ".join(f"SELECT * FROM {table.relation}" for table in tables)
    else:
        load(connection, tables[0], text)
        for table in tables[1:]:
            append(connection, table, text)
        drop_blank(connection, text)
        own = [column for column in sql.describe(connection, text) if column not in {ROW, FLAW}]
        columns = ", ".join(_typed(connection, text, column) for column in own)
        query = f"SELECT {columns} FROM {text} WHERE {FLAW} IS NULL"
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {sql.name(name)} AS {query}")


def _flaws(connection: duckdb.DuckDBPyConnection, text: str) -> list[str]:
    if not connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [text]).fetchall():
        return []
    query = f"SELECT {FLAW} FROM {text} WHERE {FLAW} IS NOT NULL ORDER BY {ROW}"
    return [str(flaw) for (flaw,) in connection.execute(query).fetchall()]


def _typed(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> str:
    """A column as it is written; as a number where all of its values are plain ones that keep their digits so."""
    name = sql.name(column)
    text = f"nullif(trim({name}), '')"
    digits = f"length(regexp_replace({text}, '[^0-9]', '', 'g'))"
    query = f"""
        SELECT count({text}),
               count(*) FILTER (regexp_full_match({text}, '[-+]?(0|[1-9][0-9]{{0,17}})')),
               count(*) FILTER (regexp_full_match({text}, '[-+]?(0|[1-9][0-9]*)?([.][0-9]+)?') AND {digits} <= 15)
        FROM {table}
    """
    values, whole, numbers = map(int, connection.execute(query).fetchall()[0])
    types = [type_ for type_, count in (("BIGINT", whole), ("DOUBLE", numbers)) if count == values]
    return f"CAST({text} AS {types[0]}) AS {name}" if values and types else name
