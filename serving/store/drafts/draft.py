"""A draft of records: a table of its own, filled and dropped block by block."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from time import perf_counter, sleep
from typing import Any, Final
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from features.evaluate.online.record import Record
from serving.store.tables.blocks import blocks
from serving.store.tables.schema import RECORDS

BLOCK: Final = 500
_PREFIX: Final = "records__"  # begins the names of drafts, and of what they have replaced
_PAUSE: Final = 0.02  # seconds between blocks, at least


def draft_name() -> str:
    """A name that no other draft has."""
    return f"{_PREFIX}{uuid4().hex}"


def gather(
    engine: Engine, records: Iterable[tuple[str, Record]], *, log_seq: int, chunk: int
) -> tuple[sa.Table, int, int]:
    """Records in a table of their own, how many, and their bytes."""
    rows: Iterator[dict[str, Any]] = (
        {"customer_id": key, "payload": record.pack(), "log_seq": log_seq} for key, record in records
    )
    for name in sa.inspect(engine).get_table_names():
        if name.startswith(_PREFIX):
            drop(engine, name)
    draft = RECORDS.to_metadata(sa.MetaData(), name=draft_name())
    draft.create(engine)
    count = size = 0
    for block in blocks(rows, chunk):
        with _turn(engine) as connection:
            connection.execute(sa.insert(draft), block)
        count += len(block)
        size += sum(len(row["payload"]) for row in block)
    return draft, count, size


def copy_others(engine: Engine, draft: sa.Table, customers: Collection[str], chunk: int) -> None:
    """Copy the records of everybody else into a draft, a block a transaction."""
    anew, last, key = frozenset(customers), "", RECORDS.c.customer_id
    ids = sa.select(key).where(key > sa.bindparam("last")).order_by(key).limit(chunk)
    while True:
        with _turn(engine) as connection:
            block = connection.execute(ids, {"last": last}).scalars().all()
            if not block:
                return
            others = sa.select(RECORDS).where(key.in_([customer for customer in block if customer not in anew]))
            connection.execute(sa.insert(draft).from_select(RECORDS.columns.keys(), others))
            last = block[-1]


def drop(engine: Engine, name: str) -> None:
    """Drop a table; SQLite visits each page of it first, so its rows go block by block before."""
    table = RECORDS.to_metadata(sa.MetaData(), name=name)
    some = sa.select(table.c.customer_id).limit(BLOCK)
    deleted = 1
    while deleted and engine.dialect.name == "sqlite":
        with _turn(engine) as connection:
            deleted = connection.execute(sa.delete(table).where(table.c.customer_id.in_(some))).rowcount
    table.drop(engine, checkfirst=True)


@contextmanager
def _turn(engine: Engine) -> Iterator[Connection]:
    """A transaction, and a pause as long: who waits for SQLite looks ever more seldom, and must find it free."""
    begun = perf_counter()
    with engine.begin() as connection:
        yield connection
    sleep(max(_PAUSE, perf_counter() - begun))
