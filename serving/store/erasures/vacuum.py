"""A SQLite store's own file written anew, so that no byte of what was deleted stays in it."""

from __future__ import annotations

import time
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Engine

ATTEMPTS: Final = 5  # at emptying the write-ahead log, a second apart, while somebody reads


def vacuum(engine: Engine) -> bool:
    """Write the file anew without what was deleted, and empty its log; False while a reader holds it."""
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(1)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            try:
                connection.exec_driver_sql("VACUUM")
                busy, _, _ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
            except sa.exc.OperationalError:
                continue
            if not busy:
                return True
    return False
