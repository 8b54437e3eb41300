"""The record of a person whose identifiers the last build did not know to be one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from features.evaluate.online.record import Record
from features.evaluate.online.record_append import append
from features.evaluate.online.record_join import joined
from features.events.identifiers import is_visitor
from features.privacy.voices import Name
from serving.store.blocks import blocks
from serving.store.reader import within
from serving.store.records import record_by
from serving.store.schema import EVENT_LOG, IDENTITY, RECORDS

_BLOCK: Final = 500
Event = Mapping[str, object]
_MEMBERS: Final = sa.select(IDENTITY).where(IDENTITY.c.customer_id == sa.bindparam("customer"))


@dataclass(frozen=True)
class Member:
    """A node of a person: whose record of the last build holds its events, and from when on these are nobody's (µs)."""

    base: str
    nobody_from: int | None = None


def person_record(engine: Engine, customer_id: str) -> Record | None:
    """The customer's record: those of all who are this customer now, moved on by what was logged since."""
    with engine.connect() as connection:
        return person_record_in(connection, customer_id)


def person_record_in(connection: Connection, customer_id: str) -> Record | None:
    """The same within a connection."""
    rows = connection.execute(_MEMBERS, {"customer": customer_id}).all()
    members = {row.node: Member(row.built_customer_id or row.node, row.nobody_from) for row in rows}
    members.setdefault(customer_id, Member(customer_id))
    if len(members) == 1:
        return record_by(within(connection), customer_id)
    names = [Name(row.node, customer_id, row.since) for row in rows if row.since is not None]
    bases = _bases(connection, customer_id, members)
    after = {key: bases[one.base][0] if one.base in bases else 0 for key, one in members.items()}
    events = list(_later(connection, members, after))
    if not bases and not events:
        return None
    first = sorted(bases, key=lambda base: (base != customer_id, base))
    record = joined([Record.unpack(bases[base][1]) for base in first], customer_id) if bases else Record.of(())
    record = append(record, events)
    return replace(record, names=_of_voices(record, {*record.names, *names}))


def _of_voices(record: Record, names: Collection[Name]) -> tuple[Name, ...]:
    """The names of the fragments that made the statements of a record, where they are several."""
    voices = record.words.get("fragment", ())
    return (
        tuple(sorted((name for name in names if name.node in voices), key=lambda name: (name.node, name.since)))
        if len(voices) > 1
        else ()
    )


def _bases(connection: Connection, customer_id: str, members: Mapping[str, Member]) -> dict[str, tuple[int, bytes]]:
    """The records of the last build, by their customers, and the last logged event in each."""
    keys = sorted({customer_id} | {one.base for one in members.values() if not is_visitor(one.base)})
    query, found = sa.select(RECORDS.c.customer_id, RECORDS.c.log_seq, RECORDS.c.payload), list[sa.Row[object]]()
    for block in blocks(keys, _BLOCK):
        found += connection.execute(query.where(RECORDS.c.customer_id.in_(block)))
    return {row.customer_id: (row.log_seq, row.payload) for row in found}


def _later(connection: Connection, members: Mapping[str, Member], after: Mapping[str, int]) -> Iterator[Event]:
    """The events of all members that were logged after what their records hold, in the order of the log."""
    c, found = EVENT_LOG.c, list[tuple[int, str, str]]()
    for block in blocks(members, _BLOCK):
        query = sa.select(c.seq, c.fragment, c.event).where(c.fragment.in_(block), c.seq > min(after[k] for k in block))
        found += ((row.seq, row.fragment, row.event) for row in connection.execute(query))
    for seq, key, text in sorted(found):
        if seq > after[key]:
            event, nobody_from = orjson.loads(text), members[key].nobody_from
            if nobody_from is None or event["time"] < nobody_from:
                yield event
