"""What the store holds of people deleted, and receipts and tombstones put in its place."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from features.config.settings import Settings
from features.events.identifiers import identifier
from features.privacy.tombstones import FOR_EVER, privacy_key
from serving.store.erasures.exports import exports_in
from serving.store.erasures.receipts import Receipt, keep_receipt
from serving.store.erasures.tombstones import put_tombstones
from serving.store.recent import forget
from serving.store.rejections import rejections_of
from serving.store.tables.blocks import blocks
from serving.store.tables.schema import (
    CHOICES,
    DECISIONS,
    EVENT_LOG,
    HOUSEHOLDS,
    IDENTITY,
    RECORDS,
    REJECTED,
    RULINGS,
    SIGHTINGS,
)

_BLOCK = 500
_TYPED = DECISIONS.c.id_type + ":" + DECISIONS.c.id
Counts = Mapping[str, int]


@dataclass(frozen=True)
class Person:
    """Who is to be erased: the ``nodes`` of all their identifiers, and what the receipt will name.

    ``models`` had seen them, and ``counts`` tells how many rows the files will lose.
    """

    nodes: frozenset[str]
    models: Mapping[str, Sequence[int]]
    counts: Counts


def delete_people(
    engine: Engine, settings: Settings, people: Sequence[Person], *, suppress: bool = False
) -> list[Receipt]:
    """Delete what the store holds of people, in one transaction; the receipts, in their order.

    From the next request on they are unknown; what other processes keep for the next one they let go of in seconds.
    With ``suppress`` later rows of theirs are refused too.
    """
    key, now = privacy_key(settings), time.time_ns() // 1000
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
        deleted = _delete(connection, people)
        elsewhere, receipts = exports_in(connection), list[Receipt]()
        for person, counts in zip(people, deleted, strict=True):
            every = {**person.counts, **counts}
            receipt = Receipt(uuid4().hex, now, "hidden", every, elsewhere, person.models)
            until = FOR_EVER if suppress else now
            put_tombstones(connection, key, person.nodes, until=until, erasure_id=receipt.erasure_id)
            keep_receipt(connection, receipt, nodes=person.nodes)
            receipts.append(receipt)
    forget()
    return receipts


def _delete(connection: Connection, people: Sequence[Person]) -> list[Counts]:
    """Delete the rows; how many there were of each person, by table."""
    by_node = {node: place for place, person in enumerate(people) for node in person.nodes}
    by_type = {":".join(identifier(node)): place for node, place in by_node.items()}
    counts = [Counter[str]() for _ in people]
    for table, column, owners in (
        (RECORDS, RECORDS.c.customer_id, by_node),
        (EVENT_LOG, EVENT_LOG.c.fragment, by_node),
        (IDENTITY, IDENTITY.c.node, by_node),
        (IDENTITY, IDENTITY.c.customer_id, by_node),
        (SIGHTINGS, SIGHTINGS.c.node, by_node),
        (HOUSEHOLDS, HOUSEHOLDS.c.customer_id, by_node),
        (CHOICES, CHOICES.c.fragment, by_node),
        (DECISIONS, DECISIONS.c.customer_id, by_node),
        (DECISIONS, _TYPED, by_type),
    ):
        for block in blocks(owners, _BLOCK):
            gone = connection.execute(sa.delete(table).where(column.in_(block)).returning(column))
            for owner in gone.scalars():
                counts[owners[owner]][str(table.name)] += 1
    for place in _delete_rulings(connection, by_node):
        counts[place][str(RULINGS.name)] += 1
    for number, owner in list(rejections_of(connection, by_node)):
        connection.execute(sa.delete(REJECTED).where(REJECTED.c.number == number))
        counts[by_node[owner]][str(REJECTED.name)] += 1
    every = (RECORDS, EVENT_LOG, IDENTITY, SIGHTINGS, HOUSEHOLDS, CHOICES, DECISIONS, RULINGS, REJECTED)
    tables = [str(table.name) for table in every]
    return [{table: count[table] for table in tables} for count in counts]


def _delete_rulings(connection: Connection, owners: Mapping[str, int]) -> Iterable[int]:
    """Delete what was ruled of anybody's identifiers; for each ruling the first of those whose they are."""
    for row in connection.execute(sa.select(RULINGS.c.number, RULINGS.c.nodes)).all():
        about = [owners[node] for node in orjson.loads(row.nodes) if node in owners]
        if about:
            connection.execute(sa.delete(RULINGS).where(RULINGS.c.number == row.number))
            yield about[0]
