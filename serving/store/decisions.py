"""The decisions that were answered, each with what it was chosen from."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from serving.store.commits.together import commit_together
from serving.store.reader import within
from serving.store.tables.blocks import blocks
from serving.store.tables.schema import CATALOGUES, DECISIONS
from serving.store.writer import write
from serving.telemetry.store import store_operation

_BLOCK: Final = 500  # values that one statement takes
_ADD: Final = sa.insert(DECISIONS)
_KEPT: Final = sa.select(CATALOGUES.c.first).where(CATALOGUES.c.version == sa.bindparam("version"))
JSON = ("context", "models", "eligible", "placements", "control")


@dataclass(frozen=True)
class Decision:
    """One decision: who, when (µs), what it was made from, and each choice with its probability.

    ``log`` holds what it was made from, of a version of the ``catalogue``; both are None where there was nothing to
    decide. ``control`` are the control arms of the customer.
    """

    decision_id: str
    time: int
    id_type: str | None
    id: str | None
    customer_id: str | None
    context: Mapping[str, object]
    models: Mapping[str, str]
    placements: Sequence[Mapping[str, object]]
    control: Mapping[str, object] | None = None
    catalogue: str | None = None
    log: bytes | None = None


def save_decision(engine: Engine, decision: Decision) -> None:
    """Keep a decision that chose from nothing."""
    with store_operation("save_decision"):
        commit_together(engine, lambda connection: add_decision(connection, decision))


def add_decision(connection: Connection, decision: Decision, content: Callable[[], bytes] = bytes) -> None:
    """The same within a transaction, with the ``content`` of its catalogue where that is kept for the first time."""
    add_decisions(connection, [decision], content)


def add_decisions(connection: Connection, decisions: Sequence[Decision], content: Callable[[], bytes] = bytes) -> None:
    """The same of several decisions, which chose from one catalogue or from nothing."""
    if not decisions:
        return
    write(connection, _ADD, [*map(_row, decisions)])
    first = next((each for each in decisions if each.catalogue is not None), None)
    if first is None or first.catalogue is None or _is_kept(connection, first.catalogue):
        return
    if connection.dialect.name == "postgresql":  # another process may keep it at the same time
        connection.exec_driver_sql("LOCK TABLE catalogues IN SHARE ROW EXCLUSIVE MODE")
    if not _is_kept(connection, first.catalogue):
        row = {"version": first.catalogue, "first": first.time, "content": zlib.compress(content())}
        connection.execute(sa.insert(CATALOGUES), row)


def _row(decision: Decision) -> dict[str, object]:
    told = {name: v if v is None or name not in JSON else _json(v) for name, v in vars(decision).items()}
    return {**told, "eligible": "[]"}


def _is_kept(connection: Connection, catalogue: str) -> bool:
    return bool(within(connection)(_KEPT, version=catalogue))


def kept_decision(engine: Engine, decision_id: str) -> dict[str, Any] | None:
    """A decision as it is kept, its JSON read; None where none is known by this id."""
    with engine.connect() as connection:
        row = connection.execute(sa.select(DECISIONS).where(DECISIONS.c.decision_id == decision_id)).mappings().first()
    return None if row is None else readable(row)


def kept_decisions(engine: Engine, decision_ids: Sequence[str]) -> list[dict[str, Any]]:
    """The same of several decisions, of those that are known."""
    with engine.connect() as connection:
        return [
            readable(row)
            for block in blocks(decision_ids, _BLOCK)
            for row in connection.execute(sa.select(DECISIONS).where(DECISIONS.c.decision_id.in_(block))).mappings()
        ]


def decisions_between(engine: Engine, since: int, until: int, count: int) -> Iterator[list[dict[str, Any]]]:
    """The decisions that were made in ``[since, until)`` (µs), so many at a time, in the order of their ids."""
    column, after = DECISIONS.c, ""
    query = sa.select(DECISIONS).where(column.time >= since, column.time < until).order_by(column.decision_id)
    while True:
        with engine.connect() as connection:
            rows = connection.execute(query.where(column.decision_id > after).limit(count)).mappings().all()
        if not rows:
            return
        after = rows[-1]["decision_id"]
        yield [readable(row) for row in rows]


def readable(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row with its JSON read."""
    return {name: orjson.loads(v) if name in JSON and v is not None else v for name, v in row.items()}


@lru_cache(maxsize=16)
def catalogue_content(engine: Engine, version: str) -> bytes:
    """The content of a catalogue that decisions are kept of."""
    with engine.connect() as connection:
        query = sa.select(CATALOGUES.c.content).where(CATALOGUES.c.version == version)
        return zlib.decompress(connection.execute(query).scalar_one())


def _json(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY).decode()
