"""The tables that a query over files names: texts as the files have them, or numbers and times where all are."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from features import sql
from features.ingest.sources.formats.form import Form
from features.ingest.sources.loading import append, load
from features.ingest.sources.places import FLAW, ROW
from features.ingest.sources.tables import SourceTable, open_table


@contextmanager
def query_tables(
    connection: duckdb.DuckDBPyConnection, files: Mapping[str, Sequence[Path]], form: Form, scratch: Path
) -> Iterator[list[str]]:
    """Make a view of each table of ``files`` for as long as a query needs them; the flaws of lines that are no rows."""
    texts = {name: f"stamkund_text_{nth}" for nth, name in enumerate(files)}
    try:
        for name, paths in files.items():
            tables = [open_table(path, form, scratch=scratch) for path in paths]
            _make_view(connection, name, tables, texts[name])
        yield [flaw for text in texts.values() for flaw in _flaws(connection, text)]
    finally:
        for name, text in texts.items():
            connection.execute(f"DROP VIEW IF EXISTS temp.{sql.name(name)}; DROP TABLE IF EXISTS {text}")


def _make_view(connection: duckdb.DuckDBPyConnection, name: str, tables: Sequence[SourceTable], text: str) -> None:
    if not all(table.textual for table in tables):
        query = " UNION ALL BY NAME ".join(f"SELECT * FROM {table.relation}" for table in tables)
    else:
        load(connection, tables[0], text)
        for table in tables[1:]:
            append(connection, table, text)
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
    """A column, as numbers or times where all of its values are."""
    name = sql.name(column)
    text = f"nullif(trim({name}), '')"
    query = f"""
        SELECT count({text}), count(*) FILTER (regexp_full_match({text}, '0\\d+')),
               count(*) FILTER (regexp_full_match({text}, '[-+]?\\d{{1,18}}')),
               count(*) FILTER (regexp_full_match({text}, '[-+]?\\d{{1,18}}(\\.\\d{{1,18}})?')),
               count(*) FILTER (regexp_full_match({text}, '\\d{{4}}-\\d{{2}}-\\d{{2}}')),
               count(TRY_CAST({text} AS TIMESTAMP))
        FROM {table}
    """
    values, zeros, whole, numbers, days, moments = map(int, connection.execute(query).fetchall()[0])
    types = {"BIGINT": whole, "DOUBLE": numbers, "DATE": days, "TIMESTAMP": moments}
    fits = [type_ for type_, count in types.items() if count == values and not zeros]
    return f"TRY_CAST({text} AS {fits[0]}) AS {name}" if values and fits else name
