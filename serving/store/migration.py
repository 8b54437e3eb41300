"""What earlier versions wrote into the store, made what this one reads; nothing that was acknowledged is lost."""

from __future__ import annotations

from typing import Final

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from features.events.identifiers import node
from serving.store.schema import ERASURES, EVENT_LOG, IDENTITY

_BLOCK: Final = 5_000


def migrate(connection: Connection) -> None:
    """Make the tables of earlier versions those of this one."""
    _tell_since_when(connection)
    _tell_erasures(connection)
    _tell_fragments(connection)


def _tell_since_when(connection: Connection) -> None:
    """Let the people of the last build tell since when they are; they do with the next one."""
    for column in sorted({"since", "built_since"} - _columns(connection, IDENTITY.name)):
        connection.execute(sa.text(f"ALTER TABLE identity ADD COLUMN {column} BIGINT"))


def _tell_erasures(connection: Connection) -> None:
    """Let each tombstone of a customer tell by which erasure it stands: erasures told whose they were."""
    if "person" not in _columns(connection, ERASURES.name):
        return
    last = "SELECT erasure_id FROM erasures WHERE person = tombstones.hash ORDER BY erased_at DESC LIMIT 1"
    for statement in (
        "ALTER TABLE tombstones ADD COLUMN erasure_id TEXT",
        f"UPDATE tombstones SET erasure_id = ({last})",  # noqa: S608  (it holds no value)
        "DROP INDEX ix_erasures_person",
        "ALTER TABLE erasures DROP COLUMN person",
    ):
        connection.execute(sa.text(statement))


def _tell_fragments(connection: Connection) -> None:
    """Give each logged event its fragment, where it has only its customer."""
    if "fragment" in _columns(connection, EVENT_LOG.name):
        return
    connection.execute(sa.text("ALTER TABLE event_log RENAME COLUMN customer_id TO fragment"))
    c, last = EVENT_LOG.c, 0
    change = sa.update(EVENT_LOG).where(c.seq == sa.bindparam("at")).values(fragment=sa.bindparam("whose"))
    while rows := connection.execute(
        sa.select(c.seq, c.fragment, c.event).where(c.seq > last).order_by(c.seq).limit(_BLOCK)
    ).all():
        changes = [{"at": row.seq, "whose": whose} for row in rows if (whose := _fragment(row.event)) != row.fragment]
        if changes:
            connection.execute(change, changes)
        last = rows[-1].seq


def _columns(connection: Connection, table: str) -> set[str]:
    return {column["name"] for column in sa.inspect(connection).get_columns(table)}


def _fragment(event: str) -> str:
    columns = orjson.loads(event)
    return str(columns.get("fragment") or node(str(columns["id_type"]), str(columns["id"])))
