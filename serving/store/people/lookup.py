"""Whose identifiers are: looked up before records."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from features.identity.live import standing_by_itself
from serving.store.blocks import blocks
from serving.store.schema import IDENTITY

_BLOCK: Final = 500
_C = IDENTITY.c


def customers_of(engine: Engine, nodes: Iterable[str]) -> dict[str, str | None]:
    """By node the customer whose it is; None for a visitor's, and for what several people share."""
    with engine.connect() as connection:
        return customers_in(connection, nodes)


def customers_in(connection: Connection, nodes: Iterable[str]) -> dict[str, str | None]:
    """The same within a connection."""
    asked = list(dict.fromkeys(nodes))
    rows = rows_with(connection, sa.select(_C.node, _C.customer_id, _C.nobody_from), _C.node, asked)
    told = {row.node: row.customer_id if row.nobody_from is None else None for row in rows}
    return {key: told[key] if key in told else standing_by_itself(key).customer_id for key in asked}


def nodes_joined(engine: Engine, customers: Collection[str]) -> list[tuple[str, str]]:
    """The nodes that are these customers' beside their own, each with its customer."""
    with engine.connect() as connection:
        return nodes_joined_in(connection, customers)


def nodes_joined_in(connection: Connection, customers: Collection[str]) -> list[tuple[str, str]]:
    """The same within a connection."""
    rows = rows_with(connection, sa.select(_C.node, _C.customer_id), _C.customer_id, customers)
    return [(row.node, row.customer_id) for row in rows]


def rows_with(
    connection: Connection,
    query: sa.Select[tuple[object, ...]],
    column: sa.ColumnElement[object],
    values: Iterable[object],
) -> Iterator[sa.Row[tuple[object, ...]]]:
    """The rows of a query in which a column has one of these values."""
    for block in blocks(values, _BLOCK):
        yield from connection.execute(query.where(column.in_(block)))
