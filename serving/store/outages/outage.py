"""Which errors of a database are outages, and what each is called."""

from __future__ import annotations

import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from features.errors import StamkundError

UNAVAILABLE: Final = "store_unavailable"
TEXTS: Final = {
    UNAVAILABLE: "The store does not answer at the moment. Ask again in a while.",
    "store_read_only": "The store takes nothing at the moment: it can only be read. Ask again in a while.",
    "store_full": "The store has no room left on its disk. Ask again in a while.",
    "store_corrupt": "The store's file is damaged. Its owner restores it from a backup.",
}
_BY_SQLSTATE: Final = {"25006": "store_read_only", "53100": "store_full"}
_BY_SQLITE: Final = {"SQLITE_READONLY": "store_read_only", "SQLITE_FULL": "store_full"} | dict.fromkeys(
    ("SQLITE_CORRUPT", "SQLITE_NOTADB"), "store_corrupt"
)


def outage_of(error: Exception) -> str | None:
    """The code of a database's outage, such as ``store_full``; None for a mistake of ours.

    >>> outage_of(PoolTimeoutError()), outage_of(KeyError())
    ('store_unavailable', None)
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
    sqlstate, sqlite = str(getattr(cause, "sqlstate", "")), str(getattr(cause, "sqlite_errorname", ""))
    if code := _BY_SQLSTATE.get(sqlstate) or next((_BY_SQLITE[n] for n in _BY_SQLITE if sqlite.startswith(n)), None):
        return code
    gone = isinstance(error, OperationalError | PoolTimeoutError | sqlite3.OperationalError)
    return UNAVAILABLE if gone or getattr(error, "connection_invalidated", False) else None


def error_of(code: str, unavailable: str = TEXTS[UNAVAILABLE]) -> StamkundError:
    """The error of an outage; ``unavailable`` says what a store that does not answer means for who asks."""
    return StamkundError(code, unavailable if code == UNAVAILABLE else TEXTS[code])
