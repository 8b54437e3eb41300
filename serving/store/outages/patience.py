"""How long a database is waited for: it may be frozen, and then no setting of its own ends a statement."""

from __future__ import annotations

from functools import cache
from typing import Any, Final, cast

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.engine.interfaces import DBAPIConnection

CONNECT: Final = 2  # seconds that a connection may take; PostgreSQL's library knows no less
BUSY: Final = 5000  # milliseconds that SQLite waits for another writer where nothing else is said


def limit_waiting(engine: Engine, seconds: float) -> None:
    """Let each statement of a store take so long at most, and what waits for it fail then."""
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", lambda connection, _: _wait_for_writers(connection, seconds))
    else:
        sa.event.listen(engine, "do_connect", lambda _dialect, _record, args, named: _connect(args, named, seconds))


def _wait_for_writers(connection: DBAPIConnection, seconds: float) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={round(seconds * 1000)}")
    cursor.close()


def _connect(args: list[Any], named: dict[str, Any], seconds: float) -> DBAPIConnection:
    options = f"{named.pop('options', '')} -c statement_timeout={round(seconds * 1000)}".strip()
    return cast(DBAPIConnection, _impatient(1.2 * seconds).connect(*args, options=options, **named))


@cache
def _impatient(seconds: float) -> Any:
    """The class of connections that give up by themselves, a moment after the database should have."""
    import psycopg  # noqa: PLC0415  (only those who have PostgreSQL have its driver)

    class Connection(psycopg.Connection[Any]):
        def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
            try:
                return super().wait(gen, interval, timeout or seconds)
            except psycopg.errors._WaitTimeout:
                self.close()  # what comes on it later would answer another question
                raise

    return Connection
