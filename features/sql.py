"""SQL for DuckDB: quoting, and what a relation holds."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def name(text: str) -> str:
    """A quoted SQL identifier.

    >>> name('net value')
    '"net value"'
    """
    return '"' + text.replace('"', '""') + '"'


def literal(value: str) -> str:
    """A quoted SQL text.

    >>> literal("Ann's")
    "'Ann''s'"
    """
    return "'" + value.replace("'", "''") + "'"


def files(paths: Iterable[Path]) -> str:
    """The SQL of a list of files.

    >>> files([Path("a.csv"), Path("b.csv")])
    "['a.csv', 'b.csv']"
    """
    return f"[{', '.join(literal(str(path)) for path in paths)}]"


def first_line(error: Exception) -> str:
    r"""What an error says in its first line.

    >>> first_line(ValueError("no such table\nLINE 1: ..."))
    'no such table'
    """
    return next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)


def row_count(connection: DuckDBPyConnection, rows: str) -> int:
    """How many rows there are of a table, or of a table with its condition.

    >>> from duckdb import connect
    >>> with connect() as connection:
    ...     row_count(connection, "range(5) AS r(n) WHERE n > 2")
    2
    """
    # All of the result is fetched: DuckDB refuses other work on the connection before.
    query = f"SELECT count(*) FROM {rows}"  # noqa: S608  (of our own making)
    return sum(int(row[0]) for row in connection.execute(query).fetchall())


def describe(connection: DuckDBPyConnection, relation: str) -> dict[str, str]:
    """The columns of a table or a query, and their DuckDB types.

    >>> from duckdb import connect
    >>> with connect() as connection:
    ...     describe(connection, "SELECT 1 AS one, 'a' AS two")
    {'one': 'INTEGER', 'two': 'VARCHAR'}
    """
    return {str(row[0]): str(row[1]) for row in connection.execute(f"DESCRIBE {relation}").fetchall()}


def zones() -> list[str]:
    """The time zones that DuckDB knows."""
    from duckdb import connect  # noqa: PLC0415  (whoever only answers does without it)

    with connect() as connection:
        return [str(row[0]) for row in connection.execute("SELECT name FROM pg_timezone_names()").fetchall()]


@lru_cache
def keywords() -> frozenset[str]:
    """The words that DuckDB takes for its own where they are not quoted."""
    from duckdb import connect  # noqa: PLC0415

    with connect() as connection:
        return frozenset(
            str(row[0]) for row in connection.execute("SELECT keyword_name FROM duckdb_keywords()").fetchall()
        )
