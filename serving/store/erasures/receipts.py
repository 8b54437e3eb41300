"""Receipts: what each erasure did, and how far it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from serving.store.erasures.vacuum import vacuum
from serving.store.tables.schema import ERASURES

Status = Literal["hidden", "erased", "pending"]


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


def receipt_of(engine: Engine, erasure_id: str) -> Receipt:
    """The receipt of an erasure."""
    with engine.connect() as connection:
        query = sa.select(ERASURES.c.receipt).where(ERASURES.c.erasure_id == erasure_id)
        return _receipt(connection.execute(query).scalar_one())


def receipts(engine: Engine) -> list[Receipt]:
    """All receipts, the latest first."""
    with engine.connect() as connection:
        rows = connection.execute(sa.select(ERASURES.c.receipt).order_by(ERASURES.c.erased_at.desc())).scalars()
        return [_receipt(text) for text in rows]


def keep_receipt(connection: Connection, receipt: Receipt, *, nodes: Collection[str]) -> None:
    """Keep a receipt; ``nodes`` are the person's to take out of the files."""
    about = {"erasure_id": receipt.erasure_id, "erased_at": receipt.erased_at}
    texts = {"nodes": _json(sorted(nodes)), "receipt": _json(asdict(receipt))}
    connection.execute(sa.insert(ERASURES), about | texts)


def complete_erasures(engine: Engine, erasures: Collection[str]) -> None:
    """Clean the database's own file, and say of these erasures that they are done."""
    clear = sa.update(ERASURES).where(ERASURES.c.erasure_id == sa.bindparam("done")).values(nodes=None)
    with engine.begin() as connection:
        if erasures:
            connection.execute(clear, [{"done": each} for each in erasures])
    status: Status = "pending" if engine.dialect.name == "sqlite" and not vacuum(engine) else "erased"
    change = sa.update(ERASURES).where(ERASURES.c.erasure_id == sa.bindparam("known"))
    change = change.values(receipt=sa.bindparam("text"))
    with engine.begin() as connection:
        told = [
            _receipt(row.receipt) for row in connection.execute(sa.select(ERASURES).where(ERASURES.c.nodes.is_(None)))
        ]
        changed = [replace(receipt, status=status) for receipt in told if receipt.status != status]
        if changed:
            connection.execute(change, [{"known": one.erasure_id, "text": _json(asdict(one))} for one in changed])


def is_unclean(engine: Engine) -> bool:
    """Whether the database's own file may still hold what was deleted, because somebody was reading it."""
    return any(receipt.status == "pending" for receipt in receipts(engine))


def _receipt(text: str) -> Receipt:
    return Receipt(**orjson.loads(text))


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
