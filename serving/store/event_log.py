"""The log of events received over HTTP: written before they are acknowledged, read back by builds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

import orjson
import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from features.events.identifiers import node
from features.events.tables import schema
from features.ingest.sources.watermark import LogWatermark
from serving.store.commits.together import commit_together
from serving.store.engine import insert_new
from serving.store.tables.schema import EVENT_LOG, LOG_ID, META
from serving.telemetry.store import store_operation

Event = Mapping[str, object]
_BLOCK: Final = 5_000
Beside = Callable[[Connection, Sequence[tuple[int, Event]]], object]  # of new messages the first event, and its number


def append_events(
    engine: Engine,
    messages: Sequence[Sequence[Event]],
    *,
    received_at: int,
    beside: Beside = lambda *_: None,
) -> set[str]:
    """Log the canonical events of messages, durably, each message once and whole.

    Returns the first ``event_id`` of each message that was new; a message whose first event is in the log adds nothing.
    ``beside`` is done with the new messages in the same transaction.
    """
    if not messages:
        return set()
    distinct: dict[object, Sequence[Event]] = {}
    for events in messages:
        distinct.setdefault(events[0]["event_id"], events)
    insert = insert_new(engine, EVENT_LOG, "event_id")
    heads = [row_of(events[0], received_at) for events in distinct.values()]

    def write(connection: Connection) -> set[str]:
        rows = connection.execute(insert.returning(EVENT_LOG.c.event_id, EVENT_LOG.c.seq), heads)
        new: dict[object, int] = {row.event_id: row.seq for row in rows}
        if rest := [
            row_of(event, received_at) for key, events in distinct.items() if key in new for event in events[1:]
        ]:
            connection.execute(insert, rest)
        beside(connection, [(seq, distinct[key][0]) for key, seq in new.items()])
        return {str(key) for key in new}

    with store_operation("append_events"):
        return commit_together(engine, write)


def events_after(engine: Engine, seq: int) -> int:
    """How many events were logged after the event numbered ``seq``."""
    with engine.connect() as connection:
        count = sa.select(sa.func.count()).select_from(EVENT_LOG).where(EVENT_LOG.c.seq > seq)
        return int(connection.execute(count).scalar_one())


def log_frame(engine: Engine, after: int = 0) -> tuple[pl.DataFrame, LogWatermark]:
    """The canonical events logged after the event numbered ``after``, and the watermark at the last one."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":  # wait for writers whose numbers are drawn but not committed
            connection.execute(sa.text("LOCK TABLE event_log IN SHARE MODE"))
        last = connection.execute(sa.select(sa.func.max(EVENT_LOG.c.seq))).scalar() or 0
        id_ = connection.execute(sa.select(META.c.value).where(META.c.key == LOG_ID)).scalar() or ""
        newer = sa.select(EVENT_LOG.c.event).where(EVENT_LOG.c.seq > after, EVENT_LOG.c.seq <= last)
        events = [_canonical(event) for event in connection.execute(newer.order_by(EVENT_LOG.c.seq)).scalars()]
    return pl.DataFrame(events, schema=schema("events"), orient="row"), LogWatermark(id_, last)


def logged_after(connection: Connection, seq: int) -> list[Event]:
    """The canonical events logged after the one with a number, within a connection."""
    newer = sa.select(EVENT_LOG.c.event).where(EVENT_LOG.c.seq > seq).order_by(EVENT_LOG.c.seq)
    return [_canonical(event) for event in connection.execute(newer).scalars()]


def logged_of(
    engine: Engine, kinds: Collection[str], *, after: int, but: Collection[int]
) -> tuple[int, list[tuple[int, Event]]]:
    """The number of the last event of the log, and those of some kinds after a number, but for some, each with its own.

    Of events that are being logged a later one may be here before an earlier one.
    """
    c = EVENT_LOG.c
    with engine.connect() as connection:
        last = connection.execute(sa.select(sa.func.max(c.seq))).scalar() or 0
        query = sa.select(c.seq, c.event).where(c.seq > after, c.seq <= last, c.kind.in_(kinds)).order_by(c.seq)
        rows = connection.execute(query.execution_options(yield_per=_BLOCK))
        return last, [(row.seq, orjson.loads(row.event)) for row in rows if row.seq not in but]


def log_id(engine: Engine) -> str:
    """By which a log is known: another one's numbers mean other events."""
    with engine.connect() as connection:
        return connection.execute(sa.select(META.c.value).where(META.c.key == LOG_ID)).scalar() or ""


def _canonical(event: str) -> dict[str, object]:
    """A logged event; earlier versions logged no fragment."""
    columns: dict[str, object] = orjson.loads(event)
    if "fragment" not in columns:
        columns["fragment"] = node(str(columns["id_type"]), str(columns["id"]))
    return columns


def row_of(event: Event, received_at: int) -> dict[str, object]:
    """The row of a canonical event."""
    return {
        "event_id": event["event_id"],
        "fragment": event["fragment"],
        "kind": event["kind"],
        "received_at": received_at,
        "event": orjson.dumps({key: value for key, value in event.items() if value is not None}).decode(),
    }


def forget_old_log(engine: Engine, keep: Mapping[str, int], *, as_of: int) -> None:
    """Delete logged events that were received longer ago than their kind is kept (µs), which a build has read."""
    for kind, duration in keep.items():
        old = (EVENT_LOG.c.kind == kind) & (EVENT_LOG.c.received_at <= as_of - duration)
        read = sa.select(sa.cast(META.c.value, sa.BigInteger)).where(META.c.key == "log_seq").scalar_subquery()
        with engine.begin() as connection:
            connection.execute(sa.delete(EVENT_LOG).where(old, EVENT_LOG.c.seq <= read))
