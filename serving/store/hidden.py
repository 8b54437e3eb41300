"""Who is hidden: erased people who are still in the files, until the next build takes them out."""

from __future__ import annotations

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from serving.store.tables.blocks import blocks
from serving.store.tables.schema import ERASURES, RECORDS

_BLOCK = 500


def pending(engine: Engine) -> dict[str, list[str]]:
    """By erasure the nodes of everybody who is hidden."""
    with engine.connect() as connection:
        return _pending(connection)


def pending_nodes(engine: Engine) -> frozenset[str]:
    """The nodes of everybody who is hidden."""
    return frozenset(node for nodes in pending(engine).values() for node in nodes)


def hide_pending(connection: Connection) -> None:
    """Delete the records of everybody who is hidden: a build that began before may have written them."""
    nodes = [node for nodes in _pending(connection).values() for node in nodes]
    for block in blocks(nodes, _BLOCK):
        connection.execute(sa.delete(RECORDS).where(RECORDS.c.customer_id.in_(block)))


def _pending(connection: Connection) -> dict[str, list[str]]:
    rows = connection.execute(sa.select(ERASURES.c.erasure_id, ERASURES.c.nodes).where(ERASURES.c.nodes.is_not(None)))
    return {row.erasure_id: orjson.loads(row.nodes) for row in rows}
