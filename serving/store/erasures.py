"""Erasures in the store: what is held of a person taken out of its tables, a tombstone and a receipt in their place."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Final, Literal
from uuid import uuid4

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from features.config.settings import Settings
from features.errors import StamkundError
from features.events.identifiers import identifier
from features.privacy.tombstones import FOR_EVER, Tombstones, key_mark, keyed_hash, privacy_key
from serving.store.schema import (
    DECISIONS,
    ERASURES,
    EVENT_LOG,
    EXPORTS,
    IDENTITY,
    RECORDS,
    RULINGS,
    SIGHTINGS,
    TOMBSTONES,
)

Status = Literal["hidden", "erased", "pending"]
ATTEMPTS: Final = 5  # at emptying the write-ahead log, a second apart, while somebody reads


@dataclass(frozen=True)
class Receipt:
    """What an erasure did: who may see nothing more is ``hidden``, and ``erased`` once the next build has run.

    ``pending``: the files are clean, and a reader still holds the database's write-ahead log. ``counts`` are rows by
    where they were, ``elsewhere`` what was written outside of Stamkund's reach, and when (µs).
    """

    erasure_id: str
    erased_at: int
    status: Status
    counts: Mapping[str, int]
    elsewhere: Mapping[str, int]
    models: Mapping[str, Sequence[int]]


def tombstones_of(engine: Engine, settings: Settings) -> Tombstones | None:
    """The tombstones; None where nobody was erased. Those of another key are refused: they could not be recognised."""
    with engine.connect() as connection:
        rows = connection.execute(sa.select(TOMBSTONES)).all()
    if not rows:
        return None
    key = privacy_key(settings)
    if any(row.key_mark != key_mark(key) for row in rows):
        raise _other_key()
    return Tombstones(key, {row.hash: row.until for row in rows})


def erased_until(engine: Engine, settings: Settings) -> Callable[[str], int | None]:
    """Tells of a node up to which moment (µs) its events are refused; asks the store for each node once."""
    with engine.connect() as connection:
        mark = connection.execute(sa.select(TOMBSTONES.c.key_mark).limit(1)).scalar()
    if mark is None:
        return lambda _: None
    key = privacy_key(settings)
    if mark != key_mark(key):
        raise _other_key()

    @cache
    def until(node: str) -> int | None:
        query = sa.select(TOMBSTONES.c.until).where(TOMBSTONES.c.hash == keyed_hash(key, node))
        with engine.connect() as connection:
            return connection.execute(query).scalar()

    return until


def _other_key() -> StamkundError:
    text = "People were erased under another privacy key, and would come back unnoticed. Set that `privacy: key:`."
    return StamkundError("other_privacy_key", text, field="privacy.key")


def erase_from_store(
    engine: Engine,
    settings: Settings,
    customer: str,
    nodes: Collection[str],
    *,
    suppress: bool = False,
    models: Mapping[str, Sequence[int]],
    counts: Mapping[str, int],
) -> Receipt:
    """Delete what the store holds of a customer, whose identifiers have these ``nodes``, in one transaction.

    From the next request on they are unknown. With ``suppress`` later rows of theirs are refused too. ``models`` and
    ``counts`` tell what else the receipt names: who had seen them, and how many rows the files will lose.
    """
    key, now = privacy_key(settings), time.time_ns() // 1000
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
        counts = {**counts, **_delete(connection, customer, nodes)}
        hashes = [keyed_hash(key, node) for node in nodes]
        connection.execute(sa.delete(TOMBSTONES).where(TOMBSTONES.c.hash.in_(hashes)))
        stone = {"key_mark": key_mark(key), "until": FOR_EVER if suppress else now}
        connection.execute(sa.insert(TOMBSTONES), [{"hash": each, **stone} for each in hashes])
        elsewhere = _exports(connection)
        receipt = Receipt(uuid4().hex, now, "hidden", counts, elsewhere, models)
        about = {"erasure_id": receipt.erasure_id, "person": keyed_hash(key, customer), "erased_at": now}
        connection.execute(
            sa.insert(ERASURES), about | {"nodes": _json(sorted(nodes)), "receipt": _json(asdict(receipt))}
        )
    return receipt


def latest_receipt(engine: Engine, settings: Settings, customer: str) -> Receipt | None:
    """The receipt of the last erasure of a customer, None of one who never was."""
    person = keyed_hash(privacy_key(settings), customer)
    query = sa.select(ERASURES.c.receipt).where(ERASURES.c.person == person).order_by(ERASURES.c.erased_at.desc())
    with engine.connect() as connection:
        text = connection.execute(query).scalar()
    return None if text is None else _receipt(text)


def _delete(connection: Connection, customer: str, nodes: Collection[str]) -> dict[str, int]:
    typed = [":".join(identifier(node)) for node in nodes]
    whose: dict[sa.Table, sa.ColumnElement[bool]] = {
        RECORDS: RECORDS.c.customer_id.in_([customer, *nodes]),
        EVENT_LOG: EVENT_LOG.c.fragment.in_(nodes),
        IDENTITY: IDENTITY.c.node.in_(nodes) | IDENTITY.c.customer_id.in_(nodes),
        SIGHTINGS: SIGHTINGS.c.node.in_(nodes),
        DECISIONS: DECISIONS.c.customer_id.in_([customer, *nodes])
        | (DECISIONS.c.id_type + ":" + DECISIONS.c.id).in_(typed),
    }
    rulings = connection.execute(sa.select(RULINGS.c.number, RULINGS.c.nodes)).all()
    about = [row.number for row in rulings if not {*orjson.loads(row.nodes)}.isdisjoint(nodes)]
    whose[RULINGS] = RULINGS.c.number.in_(about)
    return {
        str(table.name): connection.execute(sa.delete(table).where(about)).rowcount for table, about in whose.items()
    }


def pending(engine: Engine) -> dict[str, list[str]]:
    """By erasure the nodes of everybody who is hidden and still in the files."""
    with engine.connect() as connection:
        return _pending(connection)


def pending_nodes(engine: Engine) -> frozenset[str]:
    """The nodes of everybody who is hidden and still in the files."""
    return frozenset(node for nodes in pending(engine).values() for node in nodes)


def _pending(connection: Connection) -> dict[str, list[str]]:
    rows = connection.execute(sa.select(ERASURES.c.erasure_id, ERASURES.c.nodes).where(ERASURES.c.nodes.is_not(None)))
    return {row.erasure_id: orjson.loads(row.nodes) for row in rows}


def hide_pending(connection: Connection) -> None:
    """Delete the records of everybody who is hidden: a build that began before may have written them."""
    for nodes in _pending(connection).values():
        connection.execute(sa.delete(RECORDS).where(RECORDS.c.customer_id.in_(nodes)))


def complete_erasures(engine: Engine, erasures: Collection[str]) -> None:
    """Clean the database's own file, and say of these erasures that they are done."""
    with engine.begin() as connection:
        connection.execute(sa.update(ERASURES).where(ERASURES.c.erasure_id.in_(erasures)).values(nodes=None))
    status: Status = "pending" if engine.dialect.name == "sqlite" and not _clean(engine) else "erased"
    with engine.begin() as connection:
        for row in connection.execute(sa.select(ERASURES).where(ERASURES.c.nodes.is_(None))).all():
            receipt = replace(_receipt(row.receipt), status=status)
            known = ERASURES.c.erasure_id == row.erasure_id
            connection.execute(sa.update(ERASURES).where(known).values(receipt=_json(asdict(receipt))))


def is_unclean(engine: Engine) -> bool:
    """Whether the database's own file may still hold what was deleted, because somebody was reading it."""
    return any(receipt.status == "pending" for receipt in receipts(engine))


def receipts(engine: Engine) -> list[Receipt]:
    """All receipts, the latest first."""
    with engine.connect() as connection:
        rows = connection.execute(sa.select(ERASURES.c.receipt).order_by(ERASURES.c.erased_at.desc())).scalars()
        return [_receipt(text) for text in rows]


def exports_of(engine: Engine) -> dict[str, int]:
    """What was written elsewhere, and when last (µs)."""
    with engine.connect() as connection:
        return _exports(connection)


def _exports(connection: Connection) -> dict[str, int]:
    return {row.destination: row.time for row in connection.execute(sa.select(EXPORTS).order_by(EXPORTS.c.time))}


def note_export(engine: Engine, destination: str, what: str) -> None:
    """Remember what was written elsewhere, where Stamkund does not reach."""
    with engine.begin() as connection:
        connection.execute(sa.delete(EXPORTS).where(EXPORTS.c.destination == destination))
        connection.execute(
            sa.insert(EXPORTS), {"destination": destination, "time": time.time_ns() // 1000, "what": what}
        )


def _clean(engine: Engine) -> bool:
    """Write a SQLite file anew without what was deleted, and empty its log; False while a reader holds it."""
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(1)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            try:
                connection.exec_driver_sql("VACUUM")
                busy, _, _ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
            except sa.exc.OperationalError:
                continue
            if not busy:
                return True
    return False


def _receipt(text: str) -> Receipt:
    return Receipt(**orjson.loads(text))


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
