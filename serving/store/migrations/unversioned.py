"""What stores were before they told their version; nothing that was acknowledged is lost."""

from __future__ import annotations

from typing import Final
from uuid import uuid4

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from features.events.identifiers import node

_BLOCK: Final = 5_000


def tell_since_when(connection: Connection) -> None:
    """Let the people of the last build tell since when they are; they do with the next one."""
    for column in sorted({"since", "built_since"} - _columns(connection, "identity")):
        connection.execute(sa.text(f"ALTER TABLE identity ADD COLUMN {column} BIGINT"))


def tell_erasures(connection: Connection) -> None:
    """Let each tombstone of a customer tell by which erasure it stands: erasures told whose they were."""
    if "person" not in _columns(connection, "erasures"):
        return
    last = "SELECT erasure_id FROM erasures WHERE person = tombstones.hash ORDER BY erased_at DESC LIMIT 1"
    for statement in (
        "ALTER TABLE tombstones ADD COLUMN erasure_id TEXT",
        f"UPDATE tombstones SET erasure_id = ({last})",  # noqa: S608  (it holds no value)
        "DROP INDEX ix_erasures_person",
        "ALTER TABLE erasures DROP COLUMN person",
    ):
        connection.execute(sa.text(statement))


def tell_fragments(connection: Connection) -> None:
    """Give each logged event its fragment, where it has only its customer."""
    if "fragment" in _columns(connection, "event_log"):
        return
    connection.execute(sa.text("ALTER TABLE event_log RENAME COLUMN customer_id TO fragment"))
    last, change = 0, sa.text("UPDATE event_log SET fragment = :whose WHERE seq = :at")
    block = sa.text("SELECT seq, fragment, event FROM event_log WHERE seq > :last ORDER BY seq LIMIT :count")
    while rows := connection.execute(block, {"last": last, "count": _BLOCK}).all():
        changes = [{"at": row.seq, "whose": whose} for row in rows if (whose := _fragment(row.event)) != row.fragment]
        if changes:
            connection.execute(change, changes)
        last = rows[-1].seq


def tell_log(connection: Connection) -> None:
    """Give the log an id, where it has none."""
    if connection.execute(sa.text("SELECT count(*) FROM meta WHERE key = 'log'")).scalar_one() == 0:
        connection.execute(sa.text("INSERT INTO meta VALUES ('log', :id)"), {"id": uuid4().hex})


def _columns(connection: Connection, table: str) -> set[str]:
    return {column["name"] for column in sa.inspect(connection).get_columns(table)}


def _fragment(event: str) -> str:
    columns = orjson.loads(event)
    return str(columns.get("fragment") or node(str(columns["id_type"]), str(columns["id"])))
