"""Whose identifiers are: put there by a build, and moved on by each message that tells of several."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from features.config.sections.identity import IdentitySettings
from features.events.identifiers import identifier
from features.identity.live import Event, Standing, live_people, nodes_of, standing_by_itself
from features.identity.rulings import in_force
from serving.store.people.component import component
from serving.store.people.rulings import rulings_in
from serving.store.reader import ask_among, within
from serving.store.tables.blocks import blocks
from serving.store.tables.schema import IDENTITY, SIGHTINGS

_BLOCK: Final = 500
_C, _S = IDENTITY.c, SIGHTINGS.c
_SIGHTED: Final = sa.select(_S.node, _S.seq)
_STANDING: Final = sa.select(_C.node, _C.customer_id, _C.nobody_from)


def join_people(connection: Connection, events: Sequence[tuple[int, Event]], identity: IdentitySettings) -> set[str]:
    """Join the people whom new events of the log tell to be one, each given by its number and its columns.

    It happens in the transaction that logs the events: what is acknowledged is joined. Returns the nodes of all people
    who were looked at anew; some may have been parted again.
    """
    several = [(seq, event) for seq, event in events if event.get("ids")]
    told = [(seq, [key for key in nodes_of(event) if identifier(key)[0] in identity.types]) for seq, event in several]
    told = [(seq, keys) for seq, keys in told if len(keys) > 1]
    if not told:
        return set()
    wait_for_others(connection)
    every = {key for _, keys in told for key in keys}
    standings = {key: standing_by_itself(key) for key in every} | _standings(connection, every)
    seen: dict[str, set[int]] = {key: set() for key in every}
    for key, number in ask_among(within(connection), _SIGHTED, _S.node, every):
        seen[key].add(number)
    new, dirty = list[dict[str, object]](), set[str]()
    for seq, keys in told:
        persons = {standings[key].customer_id for key in keys if standings[key].nobody_from is None}
        if (len(persons) < 2 and None not in persons) or set.intersection(*(seen[key] for key in keys)):
            continue
        new += ({"node": key, "seq": seq} for key in keys)
        for key in keys:
            seen[key].add(seq)
        if persons != {None}:
            dirty.update(keys)
    if new:
        connection.execute(sa.insert(SIGHTINGS), new)
    return _renew(connection, identity, dirty)


def replace_people(
    connection: Connection, people: Iterable[tuple[str, Standing]], identity: IdentitySettings | None, *, log_seq: int
) -> set[str]:
    """Put a build's people in place of all before, and join to them again what was logged since ``log_seq``.

    Returns the nodes of all people who were looked at anew.
    """
    wait_for_others(connection)
    connection.execute(sa.delete(IDENTITY))
    for block in blocks(people, _BLOCK):
        connection.execute(sa.insert(IDENTITY), [_row(key, one, built=one) for key, one in block])
    connection.execute(sa.delete(SIGHTINGS).where(_S.seq <= log_seq))
    if identity is None:
        connection.execute(sa.delete(SIGHTINGS))
        return set()
    return _renew(connection, identity, set(connection.execute(sa.select(_S.node).distinct()).scalars()))


def _renew(connection: Connection, identity: IdentitySettings, dirty: set[str]) -> set[str]:
    """Resolve anew whose these nodes are, with all people whom the log links to them since the last build.

    Returns the nodes of all of them. Who was said to be two people is not joined again; who was said to be one is, by
    the next build.
    """
    apart = [ruling for ruling in in_force(rulings_in(connection) if dirty else ()) if ruling.kind == "split"]
    every = set[str]()
    while dirty:
        found = component(within(connection), [next(iter(dirty))])
        if found is None:
            dirty.pop()
            continue
        nodes, built, events = found
        people = live_people(built, events, identity, [ruling for ruling in apart if nodes.intersection(ruling.nodes)])
        for block in blocks(nodes, _BLOCK):
            connection.execute(sa.delete(IDENTITY).where(_C.node.in_(block)))
        rows = [
            _row(key, people.get(key, built.get(key, standing_by_itself(key))), built=built.get(key))
            for key in sorted(nodes)
        ]
        if kept := [row for row in rows if row["built"] or _is_told(row)]:
            connection.execute(sa.insert(IDENTITY), kept)
        dirty -= nodes
        every |= nodes
    return every


def _standings(connection: Connection, nodes: Collection[str]) -> dict[str, Standing]:
    rows = ask_among(within(connection), _STANDING, _C.node, nodes)
    return {key: Standing(customer, nobody_from) for key, customer, nobody_from in rows}


def _row(key: str, standing: Standing, *, built: Standing | None) -> dict[str, object]:
    return {
        "node": key,
        "customer_id": standing.customer_id,
        "nobody_from": standing.nobody_from,
        "since": standing.since,
        "built": built is not None,
        "built_customer_id": built and built.customer_id,
        "built_nobody_from": built and built.nobody_from,
        "built_since": built and built.since,
    }


def _is_told(row: Mapping[str, object]) -> bool:
    """Whether a node is another's than it is by itself."""
    standing = standing_by_itself(str(row["node"]))
    return (row["customer_id"], row["nobody_from"]) != (standing.customer_id, None)


def wait_for_others(connection: Connection) -> None:
    """Join no people at the same time as another process; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(IDENTITY.name))))
