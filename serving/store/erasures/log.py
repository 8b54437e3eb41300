"""The log of events that came over HTTP, without what others' events tell of erased people."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from features.privacy.traces import Traces
from serving.store.tables.schema import EVENT_LOG

_BLOCK: Final = 20_000


def remove_from_log(engine: Engine, nodes: Collection[str]) -> None:
    """Take these nodes out of the events about anybody else, a block of the log a transaction."""
    c, traces, last = EVENT_LOG.c, Traces.of(nodes), 0
    change = sa.update(EVENT_LOG).where(c.seq == sa.bindparam("at")).values(event=sa.bindparam("text"))
    query = sa.select(c.seq, c.event).order_by(c.seq).limit(_BLOCK)
    while True:
        with engine.begin() as connection:
            rows = connection.execute(query.where(c.seq > last)).all()
            if not rows:
                return
            last = rows[-1].seq
            changed = [{"at": seq, "text": now} for seq, text in rows if (now := _without(text, traces)) != text]
            if changed:
                connection.execute(change, changed)


def _without(text: str, traces: Traces) -> str:
    event = orjson.loads(text)
    if not {"ids", "properties"} & event.keys():
        return text
    kept = traces.out_of_event(event)
    return text if kept == event else orjson.dumps({k: v for k, v in kept.items() if v is not None}).decode()
