"""The operational store: customers' records, the log of events received over HTTP, decisions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import orjson
import polars as pl
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine, make_url

from features.evaluate.online.record import Record
from features.evaluate.online.record_append import append
from features.events.tables import schema
from features.ingest.sources.watermark import LogWatermark

Row = Mapping[str, object]

_SCHEMA: Final = sa.MetaData()
_DRAFT: Final = "records__"  # what tables begin with that a build gathers records in, or has replaced
_RECORDS: Final = sa.Table(
    "records",
    _SCHEMA,
    sa.Column("customer_id", sa.Text, primary_key=True),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    sa.Column("log_seq", sa.BigInteger, nullable=False),  # the last logged event this record has seen
)
_EVENT_LOG: Final = sa.Table(
    "event_log",
    _SCHEMA,
    sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("event_id", sa.Text, nullable=False, unique=True),
    sa.Column("customer_id", sa.Text),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("received_at", sa.BigInteger, nullable=False),
    sa.Column("event", sa.Text, nullable=False),
    sa.Index("event_log_customer", "customer_id", "seq"),
    sqlite_autoincrement=True,
)
_DECISIONS: Final = sa.Table(
    "decisions",
    _SCHEMA,
    sa.Column("decision_id", sa.Text, primary_key=True),
    sa.Column("time", sa.BigInteger, nullable=False),
    sa.Column("id_type", sa.Text),
    sa.Column("id", sa.Text),
    sa.Column("customer_id", sa.Text),
    sa.Column("context", sa.Text, nullable=False),
    sa.Column("models", sa.Text, nullable=False),
    sa.Column("eligible", sa.Text, nullable=False),
    sa.Column("placements", sa.Text, nullable=False),
    sa.Index("decisions_customer", "customer_id", "time"),
)
_META: Final = sa.Table(
    "meta", _SCHEMA, sa.Column("key", sa.Text, primary_key=True), sa.Column("value", sa.Text, nullable=False)
)
_LOG: Final = "log"  # the key in ``meta`` of the log's id: another store's numbers mean other events
_PAYLOAD: Final = sa.select(_RECORDS.c.payload, _RECORDS.c.log_seq).where(
    _RECORDS.c.customer_id == sa.bindparam("customer")
)
_TAIL: Final = (
    sa.select(_EVENT_LOG.c.event)
    .where(_EVENT_LOG.c.customer_id == sa.bindparam("customer"), _EVENT_LOG.c.seq > sa.bindparam("after"))
    .order_by(_EVENT_LOG.c.seq)
)


_FORGET: Final = sa.delete(_RECORDS).where(_RECORDS.c.customer_id == sa.bindparam("customer_id"))


@dataclass(frozen=True)
class Decided:
    """One decision as it is kept: who, when, from which set, with which probabilities."""

    decision_id: str
    time: int
    id_type: str | None
    id: str | None
    customer_id: str | None
    context: Mapping[str, object]
    models: Mapping[str, str]
    eligible: Sequence[Mapping[str, object]]
    placements: Sequence[Mapping[str, object]]


def open_store(url: str) -> Engine:
    """The store at a database URL, its tables created when they are not there yet, and an id given to its log."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        engine = sa.create_engine(parsed, pool_size=16, max_overflow=32, pool_pre_ping=True)
    else:
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(parsed, pool_size=16, max_overflow=32)
        sa.event.listen(engine, "connect", _tune_sqlite)
    if not _SCHEMA.tables.keys() <= set(sa.inspect(engine).get_table_names()) or _LOG not in meta(engine):
        _create(engine)
    return engine


def _create(engine: Engine) -> None:
    """Create what is not there yet; whoever opens the same store at the same time waits."""
    insert = sqlite.insert if engine.dialect.name == "sqlite" else postgresql.insert
    with changing_tables(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(_EVENT_LOG.name))))
        _SCHEMA.create_all(connection)
        named = {"key": _LOG, "value": uuid4().hex}
        connection.execute(insert(_META).on_conflict_do_nothing(index_elements=["key"]), named)


def replace_records(
    engine: Engine, records: Iterable[tuple[str, Record]], *, as_of: int, log_seq: int, lake: str, chunk: int = 500
) -> int:
    """Put a build's records in place of the last build's, all at once; returns how many.

    They gather in a table of their own, a block a transaction, so that events and decisions are kept meanwhile; then
    the tables change places. What a build that died has left behind is cleared away; one that another build has
    overtaken fails.

    A record must hold every event of its customer in the lake, later ones than ``as_of`` too: what the log held up to
    ``log_seq`` is not read again. ``lake`` is noted: what the records are made of.
    """
    draft, count = _gather(engine, records, log_seq=log_seq, chunk=chunk)
    replaced = f"{_DRAFT}{uuid4().hex}"
    with changing_tables(engine) as connection:
        connection.execute(sa.text(f"ALTER TABLE {_RECORDS.name} RENAME TO {replaced}"))
        connection.execute(sa.text(f"ALTER TABLE {draft.name} RENAME TO {_RECORDS.name}"))
        _note(connection, as_of=as_of, log_seq=log_seq, lake=lake)
    _drop(engine, replaced)
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
) -> int:
    """As :func:`replace_records`, for some customers only; those of them who have no record lose theirs.

    The others' records stay as they are: nothing that was logged since is about them.
    """
    draft, count = _gather(engine, records, log_seq=log_seq, chunk=chunk)
    rows = ({"customer_id": customer} for customer in sorted(customers))
    with changing_tables(engine) as connection:
        for block in _blocks(rows, chunk):
            connection.execute(_FORGET, block)
        connection.execute(sa.insert(_RECORDS).from_select(_RECORDS.columns.keys(), sa.select(draft)))
        _note(connection, as_of=as_of, log_seq=log_seq, lake=lake)
    _drop(engine, draft.name)
    return count


def _gather(engine: Engine, records: Iterable[tuple[str, Record]], *, log_seq: int, chunk: int) -> tuple[sa.Table, int]:
    """Records in a table of their own, and how many."""
    rows = ({"customer_id": key, "payload": record.pack(), "log_seq": log_seq} for key, record in records)
    for name in sa.inspect(engine).get_table_names():
        if name.startswith(_DRAFT):
            _drop(engine, name)
    draft = _RECORDS.to_metadata(sa.MetaData(), name=f"{_DRAFT}{uuid4().hex}")
    draft.create(engine)
    count = 0
    for block in _blocks(rows, chunk):
        with engine.begin() as connection:
            connection.execute(sa.insert(draft), block)
        count += len(block)
    return draft, count


@contextmanager
def changing_tables(engine: Engine) -> Iterator[Connection]:
    """One transaction for changes of tables too."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":  # its driver opens none for them
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection


def _drop(engine: Engine, table: str) -> None:
    sa.Table(table, sa.MetaData()).drop(engine, checkfirst=True)


def record_of(engine: Engine, customer_id: str) -> Record | None:
    """The customer's record: the last build's, moved on by every event logged since; None when never heard of."""
    with engine.connect() as connection:
        base = connection.execute(_PAYLOAD, {"customer": customer_id}).first()
        after = 0 if base is None else base.log_seq
        tail = connection.execute(_TAIL, {"customer": customer_id, "after": after}).scalars().all()
    events = [orjson.loads(event) for event in tail]
    if base is None:
        return Record.of(events) if events else None
    record = Record.unpack(base.payload)
    return append(record, events) if events else record


def append_events(engine: Engine, messages: Sequence[Sequence[Row]], *, received_at: int) -> set[str]:
    """Log the canonical events of messages, durably, each message once and whole.

    Returns the first ``event_id`` of each message that was new; one whose first is known leaves nothing behind.
    """
    if not messages:
        return set()
    first: dict[object, Sequence[Row]] = {}
    for events in messages:
        first.setdefault(events[0]["event_id"], events)
    insert = sqlite.insert if engine.dialect.name == "sqlite" else postgresql.insert
    once = insert(_EVENT_LOG).on_conflict_do_nothing(index_elements=["event_id"])
    heads = [_logged(events[0], received_at) for events in first.values()]
    with engine.begin() as connection:
        new = set(connection.execute(once.returning(_EVENT_LOG.c.event_id), heads).scalars())
        if rest := [_logged(event, received_at) for key, events in first.items() if key in new for event in events[1:]]:
            connection.execute(once, rest)
    return new


def _logged(event: Row, received_at: int) -> dict[str, object]:
    return {
        "event_id": event["event_id"],
        "customer_id": event.get("customer_id"),
        "kind": event["kind"],
        "received_at": received_at,
        "event": orjson.dumps({key: value for key, value in event.items() if value is not None}).decode(),
    }


def log_frame(engine: Engine, after: int = 0) -> tuple[pl.DataFrame, LogWatermark]:
    """What the log holds after a numbered event as canonical events, and the mark of its last one."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":  # wait for writers whose numbers are drawn but not committed
            connection.execute(sa.text("LOCK TABLE event_log IN SHARE MODE"))
        last = connection.execute(sa.select(sa.func.max(_EVENT_LOG.c.seq))).scalar() or 0
        log = connection.execute(sa.select(_META.c.value).where(_META.c.key == _LOG)).scalar() or ""
        newer = sa.select(_EVENT_LOG.c.event).where(_EVENT_LOG.c.seq > after, _EVENT_LOG.c.seq <= last)
        events = [orjson.loads(event) for event in connection.execute(newer.order_by(_EVENT_LOG.c.seq)).scalars()]
    return pl.DataFrame(events, schema=schema("events"), orient="row"), LogWatermark(log, last)


def save_decision(engine: Engine, decided: Decided) -> None:
    """Keep a decision with its eligible set and the probability of each choice."""
    row = {
        **{name: getattr(decided, name) for name in ("decision_id", "time", "id_type", "id", "customer_id")},
        **{name: _json(getattr(decided, name)) for name in ("context", "models", "eligible", "placements")},
    }
    with engine.begin() as connection:
        connection.execute(sa.insert(_DECISIONS), row)


def decision_of(engine: Engine, decision_id: str) -> Decided | None:
    """A kept decision, or None."""
    with engine.connect() as connection:
        row = connection.execute(sa.select(_DECISIONS).where(_DECISIONS.c.decision_id == decision_id)).first()
    if row is None:
        return None
    read = {name: orjson.loads(getattr(row, name)) for name in ("context", "models", "eligible", "placements")}
    return Decided(row.decision_id, row.time, row.id_type, row.id, row.customer_id, **read)


def meta(engine: Engine) -> dict[str, str]:
    """The id of the ``log``, and what the last build said of itself: ``as_of``, ``log_seq``, ``lake``, ``records``."""
    with engine.connect() as connection:
        return {row.key: row.value for row in connection.execute(sa.select(_META))}


def _note(connection: Connection, *, as_of: int, log_seq: int, lake: str) -> None:
    count = connection.execute(sa.select(sa.func.count()).select_from(_RECORDS)).scalar_one()
    values = {"as_of": as_of, "log_seq": log_seq, "lake": lake, "records": count}
    connection.execute(sa.delete(_META).where(_META.c.key.in_(list(values))))
    connection.execute(sa.insert(_META), [{"key": key, "value": str(value)} for key, value in values.items()])


def _tune_sqlite(connection: sa.engine.interfaces.DBAPIConnection, _: object) -> None:
    cursor = connection.cursor()
    for pragma in ("busy_timeout=5000", "journal_mode=WAL", "synchronous=NORMAL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _blocks(rows: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    rest = iter(rows)
    while block := list(islice(rest, size)):
        yield block


def _json(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY).decode()
