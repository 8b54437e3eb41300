"""For whom a batch decides: everybody whom the store knows, or those of a list, some at a time in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from features.events.identifiers import is_visitor
from serving.store.tables.blocks import blocks
from serving.store.tables.schema import EVENT_LOG, IDENTITY, RECORDS

_IDS: Final = (RECORDS.c.customer_id, EVENT_LOG.c.fragment, IDENTITY.c.customer_id)
_EVERY: Final = sa.union(*(sa.select(ids.label("id")).where(ids.is_not(None)) for ids in _IDS))
_NEXT: Final = sa.union(*(sa.select(ids.label("id")).where(ids > sa.bindparam("after")) for ids in _IDS)).order_by("id")


def pages(store: Engine, customers: Sequence[str] | None, size: int) -> Iterator[list[str]]:
    """So many ids at a time: each of a list once, or of all that are in the store, in order."""
    if customers is not None:
        yield from blocks(dict.fromkeys(customers), size)
        return
    after = ""
    while ids := _page(store, after, size):
        after = ids[-1]
        yield [each for each in ids if not is_visitor(each)]


def count(store: Engine, customers: Sequence[str] | None) -> int:
    """How many ids these are, about: of the store's, a few may be of one person."""
    if customers is not None:
        return len(dict.fromkeys(customers))
    with store.connect() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(_EVERY.subquery())).scalar_one())


def _page(store: Engine, after: str, size: int) -> list[str]:
    with store.connect() as connection:
        return list(connection.execute(_NEXT.limit(size), {"after": after}).scalars())
