"""Customers' records in the store: put there by a build, moved on by the events logged since."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final
from uuid import uuid4

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from features.evaluate.online.record import Record
from features.evaluate.online.record_append import append
from serving.store.blocks import blocks
from serving.store.engine import changing_tables
from serving.store.hidden import hide_pending
from serving.store.reader import Ask, ask_among, reading
from serving.store.schema import EVENT_LOG, META, RECORDS

_DRAFT: Final = "records__"  # begins the names of tables that a build gathers records in, or has replaced
_BASES: Final = sa.select(RECORDS.c.customer_id, RECORDS.c.payload, RECORDS.c.log_seq)
_LATER_EVENTS: Final = (
    sa.select(EVENT_LOG.c.fragment, EVENT_LOG.c.event)
    .where(EVENT_LOG.c.seq > sa.bindparam("after"))
    .order_by(EVENT_LOG.c.seq)
)
_DELETE: Final = sa.delete(RECORDS).where(RECORDS.c.customer_id == sa.bindparam("customer"))


def record_of(engine: Engine, customer_id: str) -> Record | None:
    """The customer's record: the last build's, moved on by every event logged since; None for an unknown customer."""
    return records_of(engine, [customer_id]).get(customer_id)


def records_of(engine: Engine, customers: Collection[str]) -> dict[str, Record]:
    """The same of several customers, of whom the unknown have none."""
    with reading(engine) as ask:
        return records_by(ask, customers)


def records_by(ask: Ask, customers: Collection[str]) -> dict[str, Record]:
    """The same within a connection."""
    bases = {key: (payload, seq) for key, payload, seq in ask_among(ask, _BASES, RECORDS.c.customer_id, customers)}
    records = {key: Record.unpack(payload) for key, (payload, _) in bases.items()}
    known_up_to: dict[int, list[str]] = {}
    for customer in customers:
        known_up_to.setdefault(bases[customer][1] if customer in bases else 0, []).append(customer)
    later: dict[str, list[Mapping[str, object]]] = {}
    for seq, some in known_up_to.items():
        for customer, event in ask_among(ask, _LATER_EVENTS, EVENT_LOG.c.fragment, some, after=seq):
            later.setdefault(customer, []).append(orjson.loads(event))
    for customer, events in later.items():
        records[customer] = append(records[customer], events) if customer in records else Record.of(events)
    return records


def replace_records(
    engine: Engine,
    records: Iterable[tuple[str, Record]],
    *,
    as_of: int,
    log_seq: int,
    lake: str,
    chunk: int = 500,
    beside: Callable[[Connection], object] = lambda _: None,
) -> int:
    """Put a build's records in place of the last build's, all at once; returns how many.

    ``beside`` is done in the same transaction.

    They gather in a table of their own, a block a transaction, so that events and decisions are kept meanwhile; then
    the tables change places. What a build that died has left behind is cleared away; one that another build has
    overtaken fails.

    A record must hold every event of its customer in the lake, later ones than ``as_of`` too: what the log held up to
    ``log_seq`` is not read again. ``lake``, what the records are made of, is kept in ``meta``.
    """
    draft, count = _gather(engine, records, log_seq=log_seq, chunk=chunk)
    former = f"{_DRAFT}{uuid4().hex}"
    with changing_tables(engine) as connection:
        connection.execute(sa.text(f"ALTER TABLE {RECORDS.name} RENAME TO {former}"))
        connection.execute(sa.text(f"ALTER TABLE {draft.name} RENAME TO {RECORDS.name}"))
        beside(connection)
        hide_pending(connection)
        _describe_build(connection, as_of=as_of, log_seq=log_seq, lake=lake)
    _drop(engine, former)
    return count


def update_records(
    engine: Engine,
    records: Iterable[tuple[str, Record]],
    customers: Collection[str],
    *,
    as_of: int,
    log_seq: int,
    lake: str,
    chunk: int = 500,
    beside: Callable[[Connection], object] = lambda _: None,
) -> int:
    """Like :func:`replace_records`, for some customers only; those of them without a new record lose theirs.

    The others' records stay as they are: nothing that was logged since is about them.
    """
    draft, count = _gather(engine, records, log_seq=log_seq, chunk=chunk)
    rows = ({"customer": customer} for customer in sorted(customers))
    with changing_tables(engine) as connection:
        for block in blocks(rows, chunk):
            connection.execute(_DELETE, block)
        connection.execute(sa.insert(RECORDS).from_select(RECORDS.columns.keys(), sa.select(draft)))
        beside(connection)
        hide_pending(connection)
        _describe_build(connection, as_of=as_of, log_seq=log_seq, lake=lake)
    _drop(engine, draft.name)
    return count


def _gather(engine: Engine, records: Iterable[tuple[str, Record]], *, log_seq: int, chunk: int) -> tuple[sa.Table, int]:
    """Records in a table of their own, and how many."""
    rows = ({"customer_id": key, "payload": record.pack(), "log_seq": log_seq} for key, record in records)
    for name in sa.inspect(engine).get_table_names():
        if name.startswith(_DRAFT):
            _drop(engine, name)
    draft = RECORDS.to_metadata(sa.MetaData(), name=f"{_DRAFT}{uuid4().hex}")
    draft.create(engine)
    count = 0
    for block in blocks(rows, chunk):
        with engine.begin() as connection:
            connection.execute(sa.insert(draft), block)
        count += len(block)
    return draft, count


def _drop(engine: Engine, table: str) -> None:
    sa.Table(table, sa.MetaData()).drop(engine, checkfirst=True)


def _describe_build(connection: Connection, *, as_of: int, log_seq: int, lake: str) -> None:
    count = connection.execute(sa.select(sa.func.count()).select_from(RECORDS)).scalar_one()
    values = {"as_of": as_of, "log_seq": log_seq, "lake": lake, "records": count}
    connection.execute(sa.delete(META).where(META.c.key.in_(list(values))))
    connection.execute(sa.insert(META), [{"key": key, "value": str(value)} for key, value in values.items()])
