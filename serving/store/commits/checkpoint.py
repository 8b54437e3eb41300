"""SQLite's write-ahead log brought into its file: by who has time for it, not by whose commit fills the log."""

from __future__ import annotations

from sqlalchemy.engine import Engine


def checkpoint(engine: Engine) -> None:
    """Bring into the file what was committed; nobody who reads or writes meanwhile is kept waiting.

    A commit that has to do it waits for the disk, and so do all that come after it.
    """
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
