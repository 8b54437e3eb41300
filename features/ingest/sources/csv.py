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
    given = next(csv.reader([head], delimiter=separator), [])
    names: list[str] = []
    for place, name in enumerate(given, start=1):
        plain = name.strip() or f"column{place}"
        taken = plain.lower() in {known.lower() for known in names}
        names.append(f"{plain}_{place}" if taken else plain)
    return Dialect(separator, tuple(names))


def append(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Append a file to the table ``rows``, column by column name."""
    written = dialect(path)
    columns = ", ".join(f"{sql.name(name)}: 'VARCHAR'" for name in written.names)
    connection.execute("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans")
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE texts AS
        SELECT row_number() OVER () AS {ROW}, CAST(NULL AS VARCHAR) AS {FLAW}, *
        FROM read_csv(
            {sql.literal(str(path))}, {written.sql}, auto_detect = false, columns = {{{columns}}},
            store_rejects = true, rejects_limit = 0
        )
        """
    )
    if _malformed(connection, path):
        _make_room(connection)
    held = {str(row[0]).lower() for row in connection.execute("DESCRIBE rows").fetchall()}
    for row in connection.execute("DESCRIBE texts").fetchall():
        if str(row[0]).lower() not in held:
            connection.execute(f"ALTER TABLE rows ADD COLUMN {sql.name(str(row[0]))} VARCHAR")
    connection.execute(
        f"""
        INSERT INTO rows BY NAME
        SELECT * REPLACE ({ROW} + (SELECT count(*) FROM rows) AS {ROW}) FROM texts ORDER BY {ROW}
        """
    )


def _malformed(connection: duckdb.DuckDBPyConnection, path: Path) -> bool:
    """Collect the lines that are no rows; their place among the rows is the line's, less the header."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE malformed AS
        SELECT line - 1 AS place, row_number() OVER (ORDER BY line) AS nth,
               'line ' || line || ' of ' || {sql.literal(path.name)} || ': ' || any_value(error_message)
               || ': ' || left(any_value(csv_line), 200) AS flaw
        FROM reject_errors GROUP BY line
        """
    )
    found = connection.execute("SELECT count(*) FROM malformed").fetchone()
    return bool(found and found[0])


def _make_room(connection: duckdb.DuckDBPyConnection) -> None:
    """Move the rows behind the malformed lines that came before them, and put those lines into their places.

    The n-th row comes after the k-th malformed line if that line's place less the k - 1 before it is at most n.
    """
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE texts AS
        WITH steps AS (SELECT place - nth + 1 AS reached, max(nth) AS moved FROM malformed GROUP BY ALL)
        SELECT texts.* REPLACE ({ROW} + coalesce(moved, 0) AS {ROW})
        FROM texts ASOF LEFT JOIN steps ON texts.{ROW} >= steps.reached
        """
    )
    connection.execute(f"INSERT INTO texts BY NAME SELECT place AS {ROW}, flaw AS {FLAW} FROM malformed")
