"""All that is known of the people of some nodes: theirs by the last build, and the events since that link them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import orjson
import sqlalchemy as sa

from features.identity.live import Event, Standing, nodes_of
from serving.store.reader import Ask, ask_among
from serving.store.tables.schema import EVENT_LOG, IDENTITY, SIGHTINGS

MOST: Final = 500  # identifiers of the people that one message is about; where there are more, the next build decides
_C, _S, _L = IDENTITY.c, SIGHTINGS.c, EVENT_LOG.c
_KNOWN: Final = sa.select(_C.node, _C.customer_id, _C.built, _C.built_customer_id, _C.built_nobody_from, _C.built_since)
_SIGHTINGS: Final = sa.select(_S.seq)
_EVENTS: Final = sa.select(_L.event)


def component(ask: Ask, start: Iterable[str]) -> tuple[set[str], dict[str, Standing], list[Event]] | None:
    """All nodes of the people of some, whose they are by the last build, and the events since that link them.

    None where they are too many to look at within a request.
    """
    nodes, built, seqs, events = set[str](), dict[str, Standing](), set[int](), list[Event]()
    frontier = set(start)
    while frontier:
        nodes |= frontier
        if len(nodes) > MOST:
            return None
        rows = [*ask_among(ask, _KNOWN, _C.node, frontier)]
        customers = {
            name for _, customer, _, built_one, *_ in rows for name in (customer, built_one) if name
        } | frontier
        for column in (_C.customer_id, _C.built_customer_id):
            rows += ask_among(ask, _KNOWN, column, customers)
        built |= {key: Standing(*standing) for key, _, is_built, *standing in rows if is_built}
        found = {key for key, *_ in rows} | customers
        later = {number for (number,) in ask_among(ask, _SIGHTINGS, _S.node, found | frontier)} - seqs
        seqs |= later
        for (text,) in ask_among(ask, _EVENTS, _L.seq, later):
            events.append(orjson.loads(text))
            found.update(nodes_of(events[-1]))
        frontier = found - nodes
    return nodes, built, events
