"""Exports: what was written elsewhere, where Stamkund does not reach."""

from __future__ import annotations

import time

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from serving.store.tables.schema import EXPORTS


def exports_of(engine: Engine) -> dict[str, int]:
    """What was written elsewhere, and when last (µs)."""
    with engine.connect() as connection:
        return exports_in(connection)


def exports_in(connection: Connection) -> dict[str, int]:
    """The same within a connection."""
    return {row.destination: row.time for row in connection.execute(sa.select(EXPORTS).order_by(EXPORTS.c.time))}


def note_export(engine: Engine, destination: str, what: str) -> None:
    """Remember what was written elsewhere."""
    with engine.begin() as connection:
        connection.execute(sa.delete(EXPORTS).where(EXPORTS.c.destination == destination))
        connection.execute(
            sa.insert(EXPORTS), {"destination": destination, "time": time.time_ns() // 1000, "what": what}
        )
