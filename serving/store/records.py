"""Customers' records in the store: put there by a build, moved on by the events logged since."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from features.evaluate.online.record import Record
from serving.store.drafts.draft import BLOCK, copy_others, draft_name, drop, gather
from serving.store.engine import changing_tables
from serving.store.hidden import hide_pending
from serving.store.reader import Ask, ask_among, reading
from serving.store.recent import made, recent
from serving.store.tables.blocks import blocks
from serving.store.tables.schema import EVENT_LOG, META, RECORDS

Beside = Callable[[Connection], object]
_AT_ONCE: Final = 8_000_000  # bytes of records that one transaction writes at most
_ROW: Final = 1_000  # what each of them counts beside its bytes
_FEW: Final = 16  # customers who are asked about: those of a long list do not come back soon
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
    known_up_to: dict[int, list[str]] = {}
    for customer in customers:
        known_up_to.setdefault(bases[customer][1] if customer in bases else 0, []).append(customer)
    later: dict[str, list[str]] = {key: [] for key in bases}
    for seq, some in known_up_to.items():
        for customer, event in ask_among(ask, _LATER_EVENTS, EVENT_LOG.c.fragment, some, after=seq):
            later.setdefault(customer, []).append(event)
    make = recent if len(customers) <= _FEW else made
    return {key: make(bases[key][0] if key in bases else None, events) for key, events in later.items()}


def replace_records(
    engine: Engine,
    records: Iterable[tuple[str, Record]],
    *,
    as_of: int,
    log_seq: int,
    lake: str,
    chunk: int = BLOCK,
    beside: Beside = lambda _: None,
) -> int:
    """Put a build's records in place of the last build's, all at once; returns how many.

    ``beside`` is done in the same transaction.

    They gather in a table of their own, a block a transaction, so that events and decisions are kept meanwhile; then
    the tables change places. What a build that died has left behind is cleared away; one that another build has
    overtaken fails.

    A record must hold every event of its customer in the lake, later ones than ``as_of`` too: what the log held up to
    ``log_seq`` is not read again. ``lake``, what the records are made of, is kept in ``meta``.
    """
    draft, count, _ = gather(engine, records, log_seq=log_seq, chunk=chunk)
    _change_places(engine, draft, beside, as_of=as_of, log_seq=log_seq, lake=lake)
    return count


def update_records(
    engine: Engine,
    records: Iterable[tuple[str, Record]],
    customers: Collection[str],
    *,
    as_of: int,
    log_seq: int,
    lake: str,
    chunk: int = BLOCK,
    beside: Beside = lambda _: None,
) -> int:
    """Like :func:`replace_records`, for some customers only; those of them without a new record lose theirs.

    The others' records stay as they are: nothing that was logged since is about them. So that events do not have to
    wait, not many records are written in the one transaction: where they are more, the others are copied beside them.
    """
    draft, count, size = gather(engine, records, log_seq=log_seq, chunk=chunk)
    if size + _ROW * len(customers) > _AT_ONCE:
        copy_others(engine, draft, customers, chunk)
        _change_places(engine, draft, beside, as_of=as_of, log_seq=log_seq, lake=lake)
        return count
    rows = ({"customer": customer} for customer in sorted(customers))
    with changing_tables(engine) as connection:
        for block in blocks(rows, chunk):
            connection.execute(_DELETE, block)
        connection.execute(sa.insert(RECORDS).from_select(RECORDS.columns.keys(), sa.select(draft)))
        _finish(connection, beside, as_of=as_of, log_seq=log_seq, lake=lake)
    drop(engine, draft.name)
    return count


def _change_places(engine: Engine, draft: sa.Table, beside: Beside, *, as_of: int, log_seq: int, lake: str) -> None:
    """Let a draft be the records from now on."""
    former = draft_name()
    with changing_tables(engine) as connection:
        connection.execute(sa.text(f"ALTER TABLE {RECORDS.name} RENAME TO {former}"))
        connection.execute(sa.text(f"ALTER TABLE {draft.name} RENAME TO {RECORDS.name}"))
        _finish(connection, beside, as_of=as_of, log_seq=log_seq, lake=lake)
    drop(engine, former)


def _finish(connection: Connection, beside: Beside, *, as_of: int, log_seq: int, lake: str) -> None:
    beside(connection)
    hide_pending(connection)
    _describe_build(connection, as_of=as_of, log_seq=log_seq, lake=lake)


def _describe_build(connection: Connection, *, as_of: int, log_seq: int, lake: str) -> None:
    count = connection.execute(sa.select(sa.func.count()).select_from(RECORDS)).scalar_one()
    values = {"as_of": as_of, "log_seq": log_seq, "lake": lake, "records": count}
    connection.execute(sa.delete(META).where(META.c.key.in_(list(values))))
    connection.execute(sa.insert(META), [{"key": key, "value": str(value)} for key, value in values.items()])
