"""The record of a person whose identifiers the last build did not know to be one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Final

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from features.evaluate.online.record import Record
from features.evaluate.online.record_append import append
from features.evaluate.online.record_join import joined
from features.events.identifiers import is_visitor
from features.privacy.voices import Name
from serving.store.reader import Ask, Row, ask_among, reading
from serving.store.records import records_by
from serving.store.tables.schema import EVENT_LOG, IDENTITY, RECORDS

Event = Mapping[str, object]
_C, _L = IDENTITY.c, EVENT_LOG.c
_MEMBERS: Final = sa.select(_C.customer_id, _C.node, _C.nobody_from, _C.since, _C.built_customer_id)
_BASES: Final = sa.select(RECORDS.c.customer_id, RECORDS.c.log_seq, RECORDS.c.payload)
_LATER: Final = sa.select(_L.seq, _L.fragment, _L.event).where(_L.seq > sa.bindparam("after"))


@dataclass(frozen=True)
class Member:
    """A node of a person: whose record of the last build holds its events, and from when on these are nobody's (µs)."""

    base: str
    nobody_from: int | None = None


def person_record(engine: Engine, customer_id: str) -> Record | None:
    """The customer's record: those of all who are this customer now, moved on by what was logged since."""
    return person_records(engine, [customer_id]).get(customer_id)


def person_records(engine: Engine, customers: Collection[str]) -> dict[str, Record]:
    """The same of several customers, of whom the unknown have none."""
    with reading(engine) as ask:
        return person_records_by(ask, customers)


def person_records_by(ask: Ask, customers: Collection[str]) -> dict[str, Record]:
    """The same within a connection."""
    rows: dict[str, list[Row]] = {customer: [] for customer in customers}
    for customer, *row in ask_among(ask, _MEMBERS, _C.customer_id, customers):
        rows[customer].append(row)
    members = {customer: _members(customer, own) for customer, own in rows.items()}
    found = records_by(ask, [customer for customer, own in members.items() if len(own) == 1])
    for customer, own in members.items():
        if len(own) > 1 and (record := _joined(ask, customer, own, rows[customer])) is not None:
            found[customer] = record
    return found


def _members(customer_id: str, rows: Sequence[Row]) -> dict[str, Member]:
    members = {node: Member(base or node, nobody_from) for node, nobody_from, _, base in rows}
    members.setdefault(customer_id, Member(customer_id))
    return members


def _joined(ask: Ask, customer_id: str, members: Mapping[str, Member], rows: Sequence[Row]) -> Record | None:
    """The record of several members."""
    names = [Name(node, customer_id, since) for node, _, since, _ in rows if since is not None]
    bases = _bases(ask, customer_id, members)
    after = {key: bases[one.base][0] if one.base in bases else 0 for key, one in members.items()}
    events = list(_later(ask, members, after))
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


def _bases(ask: Ask, customer_id: str, members: Mapping[str, Member]) -> dict[str, tuple[int, bytes]]:
    """The records of the last build, by their customers, and the last logged event in each."""
    keys = sorted({customer_id} | {one.base for one in members.values() if not is_visitor(one.base)})
    return {key: (log_seq, payload) for key, log_seq, payload in ask_among(ask, _BASES, RECORDS.c.customer_id, keys)}


def _later(ask: Ask, members: Mapping[str, Member], after: Mapping[str, int]) -> Iterator[Event]:
    """The events of all members that were logged after what their records hold, in the order of the log."""
    rows = ask_among(ask, _LATER, _L.fragment, members, after=min(after.values()))
    for seq, key, text in sorted(rows, key=itemgetter(0)):
        if seq > after[key]:
            event, nobody_from = orjson.loads(text), members[key].nobody_from
            if nobody_from is None or event["time"] < nobody_from:
                yield event
