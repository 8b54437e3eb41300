"""Keeps a home's registry about the home's own files: MLflow stores the absolute places of artifacts.

Without this a copied home would answer from the original's models, and a moved one from none.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from features.config.settings import Settings
from features.errors import StamkundError


def follow_home(database: Path, settings: Settings) -> None:
    """Point a home's own registry (``database``) at the artifacts of that home, in one transaction.

    A registry elsewhere, shared by several homes perhaps, stays as it is.
    """
    if database != settings.home / database.name or not database.exists():
        return
    home = settings.artifacts.as_uri()
    with closing(sqlite3.connect(database, timeout=60, isolation_level=None)) as connection:
        try:
            if not _former_places(connection, home):
                return
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            text = f"The registry {database} is damaged. Restore it from a backup, or move it away and train again."
            raise StamkundError("registry_corrupt", text, field="registry") from None
        try:
            connection.execute("BEGIN IMMEDIATE")
            for former in _former_places(connection, home):  # again: another process may have been faster
                _replace(connection, former, home)
            connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            raise StamkundError("registry_not_writable", file=str(database), problem=str(error), field="home") from None


def _former_places(connection: sqlite3.Connection, home: str) -> list[str]:
    """Where the artifacts of our experiments are said to be, other than in this home.

    An experiment of ours has its artifacts in a local folder of that very name; MLflow's own default has not.
    """
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'experiments'").fetchone():
        return []
    places = connection.execute("SELECT DISTINCT artifact_location FROM experiments").fetchall()
    folder = home.rsplit("/", 1)[1]
    return [at for (at,) in places if at and at != home and at.startswith("file:") and at.rsplit("/", 1)[1] == folder]


def _replace(connection: sqlite3.Connection, former: str, home: str) -> None:
    """Replace a prefix in every text of the database that is this place or one below it."""
    for table, column in _texts(connection):
        connection.execute(
            f'UPDATE "{table}" SET "{column}" = ? || substr("{column}", ?) '  # noqa: S608  (names of the schema)
            f'WHERE "{column}" = ? OR substr("{column}", 1, ?) = ?',
            (home, len(former) + 1, former, len(former) + 1, f"{former}/"),
        )


def _texts(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Every column of text, with its table."""
    for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        for _, column, type_, *_ in connection.execute(f'PRAGMA table_info("{table}")').fetchall():
            if type_.upper().startswith(("VARCHAR", "TEXT")):
                yield table, column
