"""Messages that were rejected: kept for a while, so that their senders' mistakes can be found and mended."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from serving.store.engine import insert_new
from serving.store.tables.schema import REJECTED

LONGEST: Final = 8_192  # bytes of a message that are kept
MOST: Final = 50_000  # messages that are kept; the oldest go first


@dataclass(frozen=True)
class Rejection:
    """A rejected message: why, where, and what it was; ``text`` and ``message`` are None where they may not be kept.

    ``nodes`` are those of the identifiers that it holds.
    """

    code: str
    text: str | None
    field: str | None
    message_id: str | None
    message: str | None
    nodes: Collection[str] = ()


def keep_rejections(engine: Engine, rejections: Sequence[Rejection], *, received_at: int, keep: int) -> None:
    """Keep rejected messages, each once however often it is sent; let go of those that were kept for ``keep`` (µs)."""
    if not rejections:
        return
    with engine.begin() as connection:
        rows = [_row(rejection, received_at) for rejection in rejections]
        connection.execute(insert_new(engine, REJECTED, "digest"), rows)
        _forget(connection, received_at - keep)


def forget_rejections(engine: Engine, *, before: int) -> None:
    """Let go of rejected messages of before a moment (µs), and of more than may be kept."""
    with engine.begin() as connection:
        _forget(connection, before)


def _forget(connection: Connection, before: int) -> None:
    c = REJECTED.c
    last = connection.execute(sa.select(sa.func.max(c.number))).scalar() or 0
    connection.execute(sa.delete(REJECTED).where((c.received_at <= before) | (c.number <= last - MOST)))


def _row(rejection: Rejection, received_at: int) -> dict[str, object]:
    told = f"{rejection.code}\n{rejection.message_id}\n{uuid4() if rejection.message is None else rejection.message}"
    message = None if rejection.message is None else _shortened(rejection.message)
    return {
        "received_at": received_at,
        "code": rejection.code,
        "text": rejection.text,
        "field": rejection.field,
        "message_id": rejection.message_id,
        "message": message,
        "nodes": orjson.dumps(sorted(rejection.nodes)).decode(),
        "digest": hashlib.blake2b(told.encode(), digest_size=16).hexdigest(),
    }


def _shortened(message: str) -> str:
    """A message of at most so many bytes; what ends with … is not all of it.

    >>> _shortened("short"), _shortened("å" * 5000)[-2:], len(_shortened("å" * 5000).encode())
    ('short', 'å…', 8191)
    """
    data = message.encode()
    return message if len(data) <= LONGEST else data[: LONGEST - 4].decode(errors="ignore") + "…"


def rejections_before(engine: Engine, number: int | None, *, count: int, code: str | None) -> list[dict[str, object]]:
    """The latest rejected messages, newest first, of a ``code`` if one is given; those before a number."""
    query = sa.select(REJECTED).order_by(REJECTED.c.number.desc()).limit(count)
    query = query if number is None else query.where(REJECTED.c.number < number)
    query = query if code is None else query.where(REJECTED.c.code == code)
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def rejections_by_code(engine: Engine, *, after: int) -> Mapping[str, int]:
    """How many messages were rejected after a moment (µs), by their codes, the most frequent first."""
    c, n = REJECTED.c, sa.func.count().label("n")
    query = sa.select(c.code, n).where(c.received_at > after).group_by(c.code).order_by(n.desc(), c.code)
    with engine.connect() as connection:
        return {row.code: row.n for row in connection.execute(query)}


def rejections_of(connection: Connection, nodes: Collection[str]) -> Iterator[tuple[int, str]]:
    """The numbers of the rejected messages that hold any of these nodes, each with the first of them."""
    for row in connection.execute(sa.select(REJECTED.c.number, REJECTED.c.nodes)).all():
        if about := [node for node in orjson.loads(row.nodes) if node in nodes]:
            yield row.number, about[0]
