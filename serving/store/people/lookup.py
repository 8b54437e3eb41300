"""Whose identifiers are: looked up before records."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from features.identity.live import standing_by_itself
from serving.store.reader import Ask, ask_among, reading
from serving.store.tables.schema import IDENTITY

_C = IDENTITY.c
_WHOSE: Final = sa.select(_C.node, _C.customer_id, _C.nobody_from)
_JOINED: Final = sa.select(_C.node, _C.customer_id)


def customers_of(engine: Engine, nodes: Iterable[str]) -> dict[str, str | None]:
    """By node the customer whose it is; None for a visitor's, and for what several people share."""
    with reading(engine) as ask:
        return customers_by(ask, nodes)


def customers_by(ask: Ask, nodes: Iterable[str]) -> dict[str, str | None]:
    """The same within a connection."""
    asked = list(dict.fromkeys(nodes))
    rows = ask_among(ask, _WHOSE, _C.node, asked)
    told = {node: customer if nobody_from is None else None for node, customer, nobody_from in rows}
    return {key: told[key] if key in told else standing_by_itself(key).customer_id for key in asked}


def nodes_joined(engine: Engine, customers: Collection[str]) -> list[tuple[str, str]]:
    """The nodes that are these customers' beside their own, each with its customer."""
    with reading(engine) as ask:
        return nodes_joined_by(ask, customers)


def nodes_joined_by(ask: Ask, customers: Collection[str]) -> list[tuple[str, str]]:
    """The same within a connection."""
    return [(node, customer) for node, customer in ask_among(ask, _JOINED, _C.customer_id, customers)]
