"""Loading: the rows of a file's table as rows of a DuckDB table, with their numbers and what is wrong with them."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import duckdb
import numpy as np
import pyarrow as pa

from features import sql
from features.addresses import BLANKS
from features.ingest.sources.formats.places import FLAW, ROW, FileRows, Malformed
from features.ingest.sources.formats.text.lines import CsvLines, lines_at
from features.ingest.sources.tables.source_table import SourceTable


def load(
    connection: duckdb.DuckDBPyConnection, source: SourceTable, table: str, *, most: int | None = None
) -> FileRows:
    r"""Make a DuckDB table of a file's rows, or of the first ``most``, each with its number ``ROW`` and its ``FLAW``.

    >>> import tempfile
    >>> from pathlib import Path
    >>> from features.ingest.sources.tables import open_tables
    >>> with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
    ...     path = Path(folder, "orders.csv")
    ...     _ = path.write_text("id;paid;paid\n1;2,50;3\n")
    ...     (orders,) = open_tables(path, scratch=Path(folder))
    ...     rows = load(connection, orders, "sample", most=10)
    ...     rows.file, connection.execute("SELECT * FROM sample").fetchall()
    ('orders.csv', [(1, None, '1', '2,50', '3')])
    """
    return _fill(connection, source, table, f"CREATE OR REPLACE TABLE {sql.name(table)} AS", most=most)


def append(connection: duckdb.DuckDBPyConnection, source: SourceTable, table: str) -> FileRows:
    """Append a file's rows to such a table, column by column name."""
    add_columns(connection, table, source.columns)
    rows = sql.row_count(connection, sql.name(table))
    return _fill(connection, source, table, f"INSERT INTO {sql.name(table)} BY NAME", before=rows)


def add_columns(connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str]) -> None:
    """Add those columns to a DuckDB table that it has not, in whatever letter cases."""
    present = {column.lower() for column in sql.describe(connection, sql.name(table))}
    for column, type_ in columns.items():
        if column.lower() not in present:
            connection.execute(f"ALTER TABLE {sql.name(table)} ADD COLUMN {sql.name(column)} {type_}")


def drop_blank(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Take away the rows that say nothing, such as lines of delimiters behind the last one; others keep their numbers.

    >>> with duckdb.connect() as connection:
    ...     _ = connection.execute(f"CREATE TABLE t AS SELECT * FROM (VALUES (1, NULL, 'a', ''), (2, NULL, '', ' ')) "
    ...                            f"AS t({ROW}, {FLAW}, a, b)")
    ...     drop_blank(connection, "t")
    ...     connection.execute(f"SELECT {ROW} FROM t").fetchall()
    [(1,)]
    """
    columns = [column for column in sql.describe(connection, sql.name(table)) if column not in {ROW, FLAW}]
    blank = "coalesce(trim(CAST({} AS VARCHAR), {}), '') = ''"
    says_nothing = " AND ".join(blank.format(sql.name(column), sql.literal(BLANKS)) for column in columns)
    if columns:
        connection.execute(f"DELETE FROM {sql.name(table)} WHERE {FLAW} IS NULL AND {says_nothing}")


def add_flaws(connection: duckdb.DuckDBPyConnection, table: str, flaws: Sequence[str], before: int) -> None:
    """Append malformed records, of which nothing is known but what is wrong with them, to ``before`` rows."""
    if flaws:
        numbers = pa.array(range(before + 1, before + len(flaws) + 1), pa.int64())
        connection.register("flaws", pa.Table.from_arrays([numbers, pa.array(flaws)], names=[ROW, FLAW]))
        connection.execute(f"INSERT INTO {sql.name(table)} BY NAME SELECT * FROM flaws")
        connection.unregister("flaws")


def _fill(
    connection: duckdb.DuckDBPyConnection,
    source: SourceTable,
    table: str,
    statement: str,
    *,
    before: int = 0,
    most: int | None = None,
) -> FileRows:
    limit = "" if most is None else f" LIMIT {most}"
    _drop_reject_tables(connection)
    connection.execute(
        f"""
        {statement} SELECT CAST(NULL AS BIGINT) AS {ROW}, CAST(NULL AS VARCHAR) AS {FLAW}, *
        FROM {source.relation}{limit}
        """
    )
    _number(connection, sql.name(table), before)
    count = sql.row_count(connection, sql.name(table)) - before
    whole = most is None or count < most
    malformed = _malformed(connection, source, count) if whole else []
    if whole and source.footer:
        records = count + len(malformed)
        malformed, count = _cut(malformed, count, records - source.footer)
        connection.execute(f"DELETE FROM {sql.name(table)} WHERE {ROW} > {before + count}")
    add_flaws(connection, table, [record.flaw for record in malformed], before + count)
    _drop_reject_tables(connection)
    ordinals = np.array([record.ordinal for record in malformed], np.int64)
    return FileRows(source.label, count, ordinals, source.lines(count + len(malformed)))


def _number(connection: duckdb.DuckDBPyConnection, table: str, before: int) -> None:
    """Number the rows behind the ``before`` first ones; a number given as they are read makes one thread read them all.

    DuckDB's own number of a row is its ``rowid``; a column that is called so is called otherwise meanwhile.
    """
    hiding = [sql.name(column) for column in sql.describe(connection, table) if column.lower() == "rowid"]
    for column in hiding:
        connection.execute(f'ALTER TABLE {table} RENAME {column} TO "stamkund:rowid"')
    first = f"(SELECT min(rowid) FROM {table} WHERE {ROW} IS NULL)"
    connection.execute(f"UPDATE {table} SET {ROW} = rowid - {first} + {before + 1} WHERE {ROW} IS NULL")
    for column in hiding:
        connection.execute(f'ALTER TABLE {table} RENAME "stamkund:rowid" TO {column}')


def _malformed(connection: duckdb.DuckDBPyConnection, source: SourceTable, count: int) -> list[Malformed]:
    """What DuckDB, or whoever converted the file, could not read as rows, in the order of the file."""
    if source.csv is None:
        return list(source.malformed)
    rejected = connection.execute(
        """
        SELECT line, min(line_byte_position) - 1, any_value(error_message), any_value(csv_line)
        FROM reject_errors GROUP BY line ORDER BY line
        """
    ).fetchall()
    if not rejected:
        return []
    records = CsvLines(source.csv, count + len(rejected)).ordinals(np.array([row[0] for row in rejected], np.int64))
    blank = [len(text) - len(text.lstrip("\r\n")) for *_, text in rejected]  # lines that DuckDB takes for its beginning
    lines = lines_at(source.csv.path, np.array([row[1] for row in rejected], np.int64) + blank)
    found = [
        Malformed(int(ordinal), int(line), f"line {line} of {source.label}: {message}: {text.strip()[:200]}")
        for ordinal, line, (_, _, message, text) in zip(records, lines, rejected, strict=True)
    ]
    return [*found, *_swallowed(source.label, found[-1], rejected[-1][3])]


def _swallowed(label: str, last: Malformed, text: str) -> Iterator[Malformed]:
    """The lines behind a quote that is never closed: each of them is no row, not all of them together one."""
    for nth, line in enumerate(text.strip().splitlines()[1:], start=1):
        flaw = f"line {last.line + nth} of {label}: the quote of line {last.line} is not closed: {line[:200]}"
        yield Malformed(last.ordinal + nth, last.line + nth, flaw)


def _cut(malformed: Sequence[Malformed], count: int, records: int) -> tuple[list[Malformed], int]:
    """The malformed records and the number of rows among the first ``records``."""
    kept = [record for record in malformed if record.ordinal <= records]
    return kept, max(0, min(count, records - len(kept)))


def _drop_reject_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Forget the lines that DuckDB could not read as rows."""
    connection.execute("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans")
