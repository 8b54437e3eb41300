"""CSV files as they are written: every value stays a text, and a line that is no row is kept with what is wrong."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

import duckdb

from features import sql

# The place of a row in its source, from 1; and what is wrong with a line that is no row at all.
ROW, FLAW = "stamkund_row", "stamkund_flaw"


@dataclass(frozen=True)
class Dialect:
    """How a CSV file is written: what separates its columns, and what they are called."""

    separator: str
    names: tuple[str, ...]

    @property
    def sql(self) -> str:
        """The same as options of DuckDB's reader. Nothing is left to its detection, which may skip lines silently."""
        separator = sql.literal(self.separator)
        return f"delim = {separator}, quote = '\"', escape = '\"', header = true, skip = 0"


def dialect(path: Path) -> Dialect:
    r"""The dialect of a file, from its first line.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "orders.csv").write_text("id;paid;paid\n1;2,50;3\n")
    ...     dialect(Path(folder, "orders.csv"))
    Dialect(separator=';', names=('id', 'paid', 'paid_3'))
    """
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8-sig", newline="") as lines:
        head = lines.readline()
    separator = max(",;\t|", key=head.count)
    names: list[str] = []
    for place, cell in enumerate(next(csv.reader([head], delimiter=separator), []), start=1):
        name = cell.strip() or f"column{place}"
        repeats = name.lower() in {earlier.lower() for earlier in names}
        names.append(f"{name}_{place}" if repeats else name)
    return Dialect(separator, tuple(names))


def append(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Append a file to the table ``rows``, column by column name."""
    form = dialect(path)
    columns = ", ".join(f"{sql.name(name)}: 'VARCHAR'" for name in form.names)
    connection.execute("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans")
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE csv_rows AS
        SELECT row_number() OVER () AS {ROW}, CAST(NULL AS VARCHAR) AS {FLAW}, *
        FROM read_csv(
            {sql.literal(str(path))}, {form.sql}, auto_detect = false, columns = {{{columns}}},
            store_rejects = true, rejects_limit = 0
        )
        """
    )
    _collect_malformed_lines(connection, path)
    if sql.row_count(connection, "malformed_lines"):
        _insert_malformed_lines(connection)
    present = {column.lower() for column in sql.describe(connection, "rows")}
    for column in sql.describe(connection, "csv_rows"):
        if column.lower() not in present:
            connection.execute(f"ALTER TABLE rows ADD COLUMN {sql.name(column)} VARCHAR")
    connection.execute(
        f"""
        INSERT INTO rows BY NAME
        SELECT * REPLACE ({ROW} + (SELECT count(*) FROM rows) AS {ROW}) FROM csv_rows ORDER BY {ROW}
        """
    )


def _collect_malformed_lines(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Fill the table ``malformed_lines`` with the lines that are no rows, if any; the header has the place 0."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE malformed_lines AS
        SELECT line - 1 AS place, row_number() OVER (ORDER BY line) AS nth,
               'line ' || line || ' of ' || {sql.literal(path.name)} || ': ' || any_value(error_message)
               || ': ' || left(any_value(csv_line), 200) AS flaw
        FROM reject_errors GROUP BY line
        """
    )


def _insert_malformed_lines(connection: duckdb.DuckDBPyConnection) -> None:
    """Move the rows behind the malformed lines that came before them, and put those lines into their places.

    The n-th row comes after the k-th malformed line if that line's place less the k - 1 before it is at most n.
    """
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE csv_rows AS
        WITH shifts AS (SELECT place - nth + 1 AS first_row, max(nth) AS shift FROM malformed_lines GROUP BY ALL)
        SELECT csv_rows.* REPLACE ({ROW} + coalesce(shifts.shift, 0) AS {ROW})
        FROM csv_rows ASOF LEFT JOIN shifts ON csv_rows.{ROW} >= shifts.first_row
        """
    )
    connection.execute(f"INSERT INTO csv_rows BY NAME SELECT place AS {ROW}, flaw AS {FLAW} FROM malformed_lines")
