"""How requests read the store: statements of SQLAlchemy, of which SQLite's own driver is asked the text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.interfaces import DBAPICursor

from serving.store.tables.blocks import blocks
from serving.telemetry.store import store_operation

Query = sa.Select[Any]
Row = Sequence[Any]
Ask = Callable[..., Sequence[Row]]  # of a query and its parameters by name: its rows
_BLOCK: Final = 500  # values that one statement takes


@contextmanager
def reading(engine: Engine) -> Iterator[Ask]:
    """Ask within one connection, each query for itself: what was committed before it is seen.

    A look-up by a key takes SQLite a tenth of what SQLAlchemy does around it; with other databases the way there and
    back counts, so none goes to begin and end a transaction. A query is a constant, and its text is kept.
    """
    with store_operation("read"):
        if engine.dialect.name != "sqlite":
            with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                yield within(connection)
            return
        driver = engine.raw_connection()
        cursor = driver.cursor()
        try:
            yield _asking_of(cursor)
        finally:
            cursor.close()
            driver.close()


def within(connection: Connection) -> Ask:
    """Ask within a connection that is open already."""
    if connection.dialect.name == "sqlite":
        return _asking_of(connection.connection.cursor())
    return lambda query, **values: connection.execute(query, values).all()


def _asking_of(cursor: DBAPICursor) -> Ask:
    """Ask SQLite's own driver."""

    def ask(query: Query, **values: object) -> Sequence[Row]:
        cursor.execute(_text(query), values)
        return cursor.fetchall()

    return ask


def ask_among(
    ask: Ask, query: Query, column: sa.ColumnElement[Any], values: Iterable[object], **others: object
) -> Iterator[Row]:
    """The rows of a query in which a column has one of these values."""
    for block in blocks(values, _BLOCK):
        yield from ask(_among(query, column, len(block)), **_named(block), **others)


def _named(values: Sequence[object]) -> dict[str, object]:
    return {f"value_{place}": value for place, value in enumerate(values)}


@cache
def _among(query: Query, column: sa.ColumnElement[Any], count: int) -> Query:
    return query.where(column.in_([sa.bindparam(name) for name in _named(range(count))]))


@cache
def _text(query: Query) -> str:
    """The query with its parameters by name."""
    return str(query.compile(dialect=sqlite.dialect(paramstyle="named")))
