"""Choices as events: put into the log before a build reads it, so that they are history from then on."""

from __future__ import annotations

from typing import Any, Final

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from features.events.identifiers import identifier
from serving.store.engine import changing_tables, insert_new
from serving.store.event_log import row_of
from serving.store.tables.schema import CHOICES, EVENT_LOG, META

_LOGGED: Final = "choices"  # the key in ``meta`` of the last choice that is in the log
_BLOCK: Final = 5_000
_C = CHOICES.c


def log_choices(engine: Engine) -> int:
    """Put what was chosen since the last time into the log of events; how many choices that were."""
    with changing_tables(engine) as connection:
        if engine.dialect.name == "postgresql":  # wait for writers whose numbers are drawn but not committed
            connection.execute(sa.text("LOCK TABLE choices IN SHARE MODE"))
        first = last = _logged(connection)
        query = sa.select(CHOICES).order_by(_C.seq).limit(_BLOCK)
        count = 0
        while rows := connection.execute(query.where(_C.seq > last)).all():
            connection.execute(
                insert_new(engine, EVENT_LOG, "event_id"), [row_of(_event(row), row.time) for row in rows]
            )
            last, count = rows[-1].seq, count + len(rows)
        if last > first:
            connection.execute(sa.delete(META).where(META.c.key == _LOGGED))
            connection.execute(sa.insert(META), {"key": _LOGGED, "value": str(last)})
        return count


def forget_choices(engine: Engine, *, before: int) -> None:
    """Delete choices of before a moment (µs) that are in the log."""
    with changing_tables(engine) as connection:
        connection.execute(sa.delete(CHOICES).where(_C.time <= before, _C.seq <= _logged(connection)))


def _logged(connection: Connection) -> int:
    return int(connection.execute(sa.select(META.c.value).where(META.c.key == _LOGGED)).scalar() or 0)


def _event(choice: sa.Row[Any]) -> dict[str, object]:
    """The canonical event of a choice; its id is one that no sender can foresee, its ``status`` the control arm."""
    id_type, id_ = identifier(choice.fragment)
    return {
        "event_id": f"{choice.decision_id}:{choice.seq}",
        "id_type": id_type,
        "id": id_,
        "fragment": choice.fragment,
        "time": choice.time,
        "received_at": choice.time,
        "kind": choice.kind,
        "status": choice.arm,
        "channel": choice.channel,
        "campaign_id": choice.campaign_id,
        "offer_id": choice.offer_id,
        "decision_id": choice.decision_id,
        "properties": orjson.dumps({"placement": choice.placement, "position": choice.position}).decode(),
    }
