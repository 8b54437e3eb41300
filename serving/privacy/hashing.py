"""Identifiers that the store holds readable, hashed once the settings say so; what was hashed otherwise is refused."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import orjson
import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from features.config.settings import Settings
from features.errors import StamkundError
from features.events.identifiers import identifier, node
from features.privacy.pseudonyms import Pseudonyms, hashing_of
from features.scores.table import change_scores
from serving.store.engine import meta
from serving.store.tables.schema import CHOICES, DECISIONS, EVENT_LOG, HOUSEHOLDS, META, REJECTED, RULINGS, SIGHTINGS

# The keys in ``meta`` of what is hashed and by which key, and of whether files of before are still to be deleted.
_HASHING: Final = "hashing"
_OUTDATED: Final = "readable"
_BLOCK: Final = 20_000
Row = Mapping[str, object]


def check_hashing(store: Engine, settings: Settings) -> None:
    """Refuse to go on with a store in which other identifiers are hashed, or by another key, than the settings say."""
    before, now = meta(store).get(_HASHING, ""), hashing_of(settings)
    if before == now:
        return
    if not _is_more(before, now):
        raise StamkundError("other_hashing", field="identity.types")
    raise StamkundError("not_hashed_yet", field="identity.types")


def hash_store(store: Engine, settings: Settings) -> bool:
    """Hash what the store holds readable and is to be hashed from now on; whether files of before still hold it."""
    before, pseudonyms = meta(store).get(_HASHING, ""), Pseudonyms.of(settings)
    now = "" if pseudonyms is None else pseudonyms.mark
    if before == now:
        return _OUTDATED in meta(store)
    with store.begin() as connection:
        held = any(connection.execute(sa.select(table).limit(1)).first() for table in (EVENT_LOG, DECISIONS, RULINGS))
        if held and (pseudonyms is None or not _is_more(before, now)):
            raise StamkundError("other_hashing", field="identity.types")
        if pseudonyms is not None:
            change_scores(settings.scores, partial(_scores, pseudonyms))
            _hash(connection, pseudonyms)
        connection.execute(sa.delete(META).where(META.c.key.in_([_HASHING, _OUTDATED])))
        connection.execute(sa.insert(META), [{"key": _HASHING, "value": now}, {"key": _OUTDATED, "value": "yes"}])
    for folder in (settings.checkpoint, settings.rejects):
        shutil.rmtree(folder, ignore_errors=True)
    return True


def files_are_clean(store: Engine) -> None:
    """Note that no file of before is left."""
    with store.begin() as connection:
        connection.execute(sa.delete(META).where(META.c.key == _OUTDATED))


def _is_more(before: str, now: str) -> bool:
    """Whether what was hashed before still is, in the same way and by the same key.

    >>> _is_more("", "k email/email/"), _is_more("k email/email/", "k email/email/ phone/phone/SE")
    (True, True)
    >>> _is_more("k email/email/", "l email/email/"), _is_more("k email/email/", "")
    (False, False)
    """
    return set(before.split()) <= set(now.split())


def _hash(connection: Connection, pseudonyms: Pseudonyms) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")

    def event(row: Row) -> Row:
        now = pseudonyms.of_event(orjson.loads(str(row["event"])))  # earlier versions logged no fragment
        return {"event": orjson.dumps(now).decode(), "fragment": now["fragment"]}

    def decision(row: Row) -> Row:
        own = [] if row["id"] is None else [(str(row["id_type"]), str(row["id"]))]
        context = pseudonyms.of_json(orjson.loads(str(row["context"])), own)
        customer = None if row["customer_id"] is None else _node(pseudonyms, str(row["customer_id"]))
        id_ = pseudonyms.value(*own[0]) if own else None
        return {"id": id_, "customer_id": customer, "context": orjson.dumps(context).decode()}

    def choice(row: Row) -> Row:
        return {"fragment": _node(pseudonyms, str(row["fragment"]))}

    def ruling(row: Row) -> Row:
        return {"nodes": orjson.dumps([_node(pseudonyms, each) for each in orjson.loads(str(row["nodes"]))]).decode()}

    _change(connection, EVENT_LOG, EVENT_LOG.c.seq, event)
    _change(connection, DECISIONS, DECISIONS.c.decision_id, decision)
    _change(connection, CHOICES, CHOICES.c.seq, choice)
    _change(connection, RULINGS, RULINGS.c.number, ruling)
    connection.execute(sa.delete(REJECTED))
    connection.execute(sa.delete(HOUSEHOLDS))
    connection.execute(sa.delete(SIGHTINGS))  # the build that follows has read all of their events


def _scores(pseudonyms: Pseudonyms, rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(pl.col("customer_id").map_elements(partial(_node, pseudonyms), return_dtype=pl.String))


def _node(pseudonyms: Pseudonyms, key: str) -> str:
    id_type, value = identifier(key)
    return node(id_type, pseudonyms.value(id_type, value))


def _change(connection: Connection, table: sa.Table, key: sa.Column[object], change: Callable[[Row], Row]) -> None:
    """Change the rows of a table, a block of them at a time."""
    last: object = None
    query = sa.select(table).order_by(key).limit(_BLOCK)
    while rows := connection.execute(query if last is None else query.where(key > last)).mappings().all():
        last = rows[-1][key.name]
        changed = [change(dict(row)) for row in rows]
        values: dict[str, sa.BindParameter[object]] = {name: sa.bindparam(f"new_{name}") for name in changed[0]}
        now = [{f"new_{name}": value for name, value in each.items()} for each in changed]
        told = [{"at": row[key.name], **each} for row, each in zip(rows, now, strict=True)]
        connection.execute(sa.update(table).where(key == sa.bindparam("at")).values(values), told)
