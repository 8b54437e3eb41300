"""The first version that a store tells; whatever was written before it becomes this one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from serving.store.migrations.unversioned import tell_erasures, tell_fragments, tell_log, tell_since_when

revision = "0001"
down_revision = None

TABLES = sa.MetaData()
_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make what is not there yet, and tell what earlier versions did not."""
    connection = op.get_bind()
    TABLES.create_all(connection)
    tell_since_when(connection)
    tell_erasures(connection)
    tell_fragments(connection)
    tell_log(connection)


sa.Table(
    "records",
    TABLES,
    sa.Column("customer_id", sa.Text, primary_key=True),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    sa.Column("log_seq", sa.BigInteger, nullable=False),
)
sa.Table(
    "event_log",
    TABLES,
    sa.Column("seq", _NUMBER, primary_key=True, autoincrement=True),
    sa.Column("event_id", sa.Text, nullable=False, unique=True),
    sa.Column("fragment", sa.Text),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("received_at", sa.BigInteger, nullable=False),
    sa.Column("event", sa.Text, nullable=False),
    sa.Index("event_log_customer", "fragment", "seq"),
    sqlite_autoincrement=True,
)
sa.Table(
    "rejected",
    TABLES,
    sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
    sa.Column("received_at", sa.BigInteger, nullable=False, index=True),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("text", sa.Text),
    sa.Column("field", sa.Text),
    sa.Column("message_id", sa.Text),
    sa.Column("message", sa.Text),
    sa.Column("nodes", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False, unique=True),
    sqlite_autoincrement=True,
)
sa.Table(
    "decisions",
    TABLES,
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
sa.Table(
    "identity",
    TABLES,
    sa.Column("node", sa.Text, primary_key=True),
    sa.Column("customer_id", sa.Text),
    sa.Column("nobody_from", sa.BigInteger),
    sa.Column("since", sa.BigInteger),
    sa.Column("built", sa.Boolean, nullable=False),
    sa.Column("built_customer_id", sa.Text),
    sa.Column("built_nobody_from", sa.BigInteger),
    sa.Column("built_since", sa.BigInteger),
    sa.Index("identity_customer", "customer_id"),
    sa.Index("identity_built_customer", "built_customer_id"),
)
sa.Table(
    "sightings",
    TABLES,
    sa.Column("node", sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True),
    sa.Index("sightings_seq", "seq"),
)
sa.Table(
    "households",
    TABLES,
    sa.Column("customer_id", sa.Text, primary_key=True),
    sa.Column("household_id", sa.Text, nullable=False, index=True),
)
sa.Table(
    "keys",
    TABLES,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("hash", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("expires", sa.BigInteger),
    sa.Column("revoked", sa.BigInteger),
)
sa.Table(
    "tombstones",
    TABLES,
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("key_mark", sa.Text, nullable=False),
    sa.Column("until", sa.BigInteger, nullable=False),
    sa.Column("erasure_id", sa.Text),
)
sa.Table(
    "erasures",
    TABLES,
    sa.Column("erasure_id", sa.Text, primary_key=True),
    sa.Column("erased_at", sa.BigInteger, nullable=False),
    sa.Column("nodes", sa.Text),
    sa.Column("receipt", sa.Text, nullable=False),
)
sa.Table(
    "exports",
    TABLES,
    sa.Column("destination", sa.Text, primary_key=True),
    sa.Column("time", sa.BigInteger, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
)
sa.Table(
    "rulings",
    TABLES,
    sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
    sa.Column("time", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("nodes", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)
sa.Table("meta", TABLES, sa.Column("key", sa.Text, primary_key=True), sa.Column("value", sa.Text, nullable=False))
