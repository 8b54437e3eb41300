"""How requests write rows: inserts of SQLAlchemy, of which SQLite's own driver is told the text."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from functools import cache

from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.dml import Insert


def write(connection: Connection, insert: Insert, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows, all of the same columns, within a transaction.

    What SQLAlchemy does around a row takes longer than SQLite takes for it. An insert is a constant, and its text is
    kept. A row that is there already is the same error with every database.
    """
    if not rows:
        return
    if connection.dialect.name != "sqlite":
        connection.execute(insert, rows)
        return
    try:
        connection.connection.cursor().executemany(_text(insert, tuple(rows[0])), rows)
    except sqlite3.IntegrityError as error:
        raise IntegrityError(None, None, error) from error


@cache
def _text(insert: Insert, columns: tuple[str, ...]) -> str:
    """The insert with its values by name."""
    return str(insert.compile(dialect=sqlite.dialect(paramstyle="named"), column_keys=columns))
