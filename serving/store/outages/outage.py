"""Which errors of a database are outages, and what each is called."""

from __future__ import annotations

import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from features.errors import StamkundError

UNAVAILABLE: Final = "store_unavailable"
OUTAGES: Final = (UNAVAILABLE, "store_read_only", "store_full", "store_corrupt")
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


def error_of(code: str, unavailable: StamkundError | None = None) -> StamkundError:
    """The error of an outage; ``unavailable`` is what a store that does not answer means for who asks."""
    return unavailable if unavailable is not None and code == UNAVAILABLE else StamkundError(code)
