"""The tombstones that the store keeps: whose rows are refused, and up to which moment."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache, partial

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from features.config.settings import Settings
from features.errors import StamkundError
from features.hashes import key_mark, keyed_hash
from features.identity.forms import plain_node
from features.privacy.tombstones import FOR_EVER, Tombstones, privacy_key
from serving.store.tables.blocks import blocks
from serving.store.tables.schema import TOMBSTONES

_BLOCK = 500


def tombstones_of(engine: Engine, settings: Settings) -> Tombstones | None:
    """The tombstones; None where nobody was erased. Those of another key are refused: they could not be recognised."""
    with engine.connect() as connection:
        rows = connection.execute(sa.select(TOMBSTONES)).all()
    if not rows:
        return None
    key = privacy_key(settings)
    if any(row.key_mark != key_mark(key) for row in rows):
        raise _other_key()
    plain = partial(plain_node, identity=settings.identity)
    return Tombstones(key, {row.hash: row.until for row in rows}, plain)


def erased_until(engine: Engine, settings: Settings) -> Callable[[str], int | None] | None:
    """Tells of a node up to which moment (µs) its events are refused; asks the store for each node once.

    None where nobody was erased.
    """
    with engine.connect() as connection:
        mark = connection.execute(sa.select(TOMBSTONES.c.key_mark).limit(1)).scalar()
    if mark is None:
        return None
    key = privacy_key(settings)
    if mark != key_mark(key):
        raise _other_key()

    @cache
    def until(node: str) -> int | None:
        hashes = [keyed_hash(key, each) for each in {node, plain_node(node, settings.identity)}]
        query = sa.select(sa.func.max(TOMBSTONES.c.until)).where(TOMBSTONES.c.hash.in_(hashes))
        with engine.connect() as connection:
            return connection.execute(query).scalar()

    return until


def erasure_of(engine: Engine, settings: Settings, node: str) -> str | None:
    """The last erasure of the person of a node; None of one who never was erased."""
    key = privacy_key(settings)
    hashes = [keyed_hash(key, each) for each in {node, plain_node(node, settings.identity)}]
    with engine.connect() as connection:
        return connection.execute(sa.select(TOMBSTONES.c.erasure_id).where(TOMBSTONES.c.hash.in_(hashes))).scalar()


def suppress_erased(engine: Engine, erasure_id: str) -> None:
    """Refuse later rows of whom an erasure was about, too."""
    with engine.begin() as connection:
        connection.execute(sa.update(TOMBSTONES).where(TOMBSTONES.c.erasure_id == erasure_id).values(until=FOR_EVER))


def put_tombstones(connection: Connection, key: bytes, nodes: Collection[str], *, until: int, erasure_id: str) -> None:
    """Refuse rows of these nodes up to a moment (µs), whatever was said of them before."""
    hashes = [keyed_hash(key, node) for node in nodes]
    for block in blocks(hashes, _BLOCK):
        connection.execute(sa.delete(TOMBSTONES).where(TOMBSTONES.c.hash.in_(block)))
    stone = {"key_mark": key_mark(key), "until": until, "erasure_id": erasure_id}
    connection.execute(sa.insert(TOMBSTONES), [{"hash": each, **stone} for each in hashes])


def _other_key() -> StamkundError:
    return StamkundError("other_privacy_key", field="privacy.key")
