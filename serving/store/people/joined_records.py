"""The record of a person whose identifiers the last build did not know to be one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
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
from serving.store.reader import Ask, ask_among, reading
from serving.store.records import record_by
from serving.store.schema import EVENT_LOG, IDENTITY, RECORDS

Event = Mapping[str, object]
_C, _L = IDENTITY.c, EVENT_LOG.c
_MEMBERS: Final = sa.select(_C.node, _C.nobody_from, _C.since, _C.built_customer_id).where(
    _C.customer_id == sa.bindparam("customer")
)
_BASES: Final = sa.select(RECORDS.c.customer_id, RECORDS.c.log_seq, RECORDS.c.payload)
_LATER: Final = sa.select(_L.seq, _L.fragment, _L.event).where(_L.seq > sa.bindparam("after"))


@dataclass(frozen=True)
class Member:
    """A node of a person: whose record of the last build holds its events, and from when on these are nobody's (µs)."""

    base: str
    nobody_from: int | None = None


def person_record(engine: Engine, customer_id: str) -> Record | None:
    """The customer's record: those of all who are this customer now, moved on by what was logged since."""
    with reading(engine) as ask:
        return person_record_by(ask, customer_id)


def person_record_by(ask: Ask, customer_id: str) -> Record | None:
    """The same within a connection."""
    rows = ask(_MEMBERS, customer=customer_id)
    members = {node: Member(base or node, nobody_from) for node, nobody_from, _, base in rows}
    members.setdefault(customer_id, Member(customer_id))
    if len(members) == 1:
        return record_by(ask, customer_id)
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
