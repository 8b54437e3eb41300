"""Rulings: what people said about who is who, each kept for ever; a later one may take it back."""

from __future__ import annotations

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from features.identity.rulings import Ruling
from serving.store.tables.schema import RULINGS


def add_ruling(engine: Engine, ruling: Ruling) -> None:
    """Keep a ruling; the next build goes by it."""
    row = {"time": ruling.time, "kind": ruling.kind, "nodes": orjson.dumps(ruling.nodes).decode()}
    with engine.begin() as connection:
        connection.execute(sa.insert(RULINGS), row | {"who": ruling.who, "reason": ruling.reason})


def all_rulings(engine: Engine) -> list[Ruling]:
    """Every ruling, the oldest first."""
    with engine.connect() as connection:
        return rulings_in(connection)


def rulings_in(connection: Connection) -> list[Ruling]:
    """The same within a connection."""
    rows = connection.execute(sa.select(RULINGS).order_by(RULINGS.c.number)).all()
    return [Ruling(row.time, row.kind, tuple(orjson.loads(row.nodes)), row.who, row.reason) for row in rows]
