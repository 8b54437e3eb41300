"""The tables of the operational store."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

SCHEMA: Final = sa.MetaData()
RECORDS: Final = sa.Table(
    "records",
    SCHEMA,
    sa.Column("customer_id", sa.Text, primary_key=True),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    sa.Column("log_seq", sa.BigInteger, nullable=False),  # the last logged event that is in this record
)
EVENT_LOG: Final = sa.Table(
    "event_log",
    SCHEMA,
    sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("event_id", sa.Text, nullable=False, unique=True),
    sa.Column("fragment", sa.Text),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("received_at", sa.BigInteger, nullable=False),
    sa.Column("event", sa.Text, nullable=False),
    sa.Index("event_log_customer", "fragment", "seq"),
    sqlite_autoincrement=True,
)
# Messages that were not understood, for as long as the settings say.
REJECTED: Final = sa.Table(
    "rejected",
    SCHEMA,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("received_at", sa.BigInteger, nullable=False, index=True),  # by the machine's clock
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("text", sa.Text),
    sa.Column("field", sa.Text),
    sa.Column("message_id", sa.Text),
    sa.Column("message", sa.Text),  # as it came, up to a length
    sa.Column("nodes", sa.Text, nullable=False),  # whose identifiers it holds
    sa.Column("digest", sa.Text, nullable=False, unique=True),  # by which a message that comes again is known
    sqlite_autoincrement=True,
)
DECISIONS: Final = sa.Table(
    "decisions",
    SCHEMA,
    sa.Column("decision_id", sa.Text, primary_key=True),
    sa.Column("time", sa.BigInteger, nullable=False),
    sa.Column("id_type", sa.Text),
    sa.Column("id", sa.Text),
    sa.Column("customer_id", sa.Text),
    sa.Column("context", sa.Text, nullable=False),
    sa.Column("models", sa.Text, nullable=False),
    sa.Column("eligible", sa.Text, nullable=False),
    sa.Column("placements", sa.Text, nullable=False),
    sa.Column("control", sa.Text),
    sa.Column("catalogue", sa.Text),
    sa.Column("log", sa.LargeBinary),
    sa.Index("decisions_customer", "customer_id", "time"),
)
# What decisions chose from, once a version.
CATALOGUES: Final = sa.Table(
    "catalogues",
    SCHEMA,
    sa.Column("version", sa.Text, primary_key=True),
    sa.Column("first", sa.BigInteger, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
)
# Candidates that are kept here, a row a change: what holds of one is its last version.
CANDIDATES: Final = sa.Table(
    "candidates",
    SCHEMA,
    sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("candidate_id", sa.Text, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("time", sa.BigInteger, nullable=False),
    sa.Column("who", sa.Text),  # the name of a key
    sa.Column("content", sa.Text),  # null where it was taken away
    sa.UniqueConstraint("candidate_id", "version", name="candidates_version"),
    sqlite_autoincrement=True,
)
# What decisions chose, a row each: limits count it, and a build reads it as events. What a control arm kept from
# somebody, and would have been chosen, is of the kind ``holdout``: limits count it for what else is held back alone.
CHOICES: Final = sa.Table(
    "choices",
    SCHEMA,
    sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("decision_id", sa.Text, nullable=False),
    sa.Column("fragment", sa.Text, nullable=False),
    sa.Column("time", sa.BigInteger, nullable=False),
    sa.Column("channel", sa.Text),
    sa.Column("placement", sa.Text, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("offer_id", sa.Text, nullable=False),
    sa.Column("campaign_id", sa.Text),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False, server_default="decision"),
    sa.Column("arm", sa.Text),  # of the customer among all; of a holdout, the one that kept it from them
    sa.Index("choices_fragment", "fragment", "seq"),
    sqlite_autoincrement=True,
)
# How much was given of what is limited in total; no person's.
TOTALS: Final = sa.Table(
    "totals",
    SCHEMA,
    sa.Column("limit_name", sa.Text, primary_key=True),
    sa.Column("thing", sa.Text, primary_key=True),
    sa.Column("slot", sa.BigInteger, primary_key=True),  # when it began (µs)
    sa.Column("used", sa.BigInteger, nullable=False),
)
# Whose the nodes are that are not what they are by themselves: by the last build (``built``), and now.
IDENTITY: Final = sa.Table(
    "identity",
    SCHEMA,
    sa.Column("node", sa.Text, primary_key=True),
    sa.Column("customer_id", sa.Text),
    sa.Column("nobody_from", sa.BigInteger),  # events from then on (µs) are nobody's
    sa.Column("since", sa.BigInteger),  # from when on (µs) it is this customer's
    sa.Column("built", sa.Boolean, nullable=False),
    sa.Column("built_customer_id", sa.Text),
    sa.Column("built_nobody_from", sa.BigInteger),
    sa.Column("built_since", sa.BigInteger),
    sa.Index("identity_customer", "customer_id"),
    sa.Index("identity_built_customer", "built_customer_id"),
)
# In which events, logged since the last build, nodes came together with others.
SIGHTINGS: Final = sa.Table(
    "sightings",
    SCHEMA,
    sa.Column("node", sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True),
    sa.Index("sightings_seq", "seq"),
)
HOUSEHOLDS: Final = sa.Table(
    "households",
    SCHEMA,
    sa.Column("customer_id", sa.Text, primary_key=True),
    sa.Column("household_id", sa.Text, nullable=False, index=True),
)
KEYS: Final = sa.Table(
    "keys",
    SCHEMA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("hash", sa.Text, nullable=False, unique=True),  # the key itself is kept nowhere
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("expires", sa.BigInteger),
    sa.Column("revoked", sa.BigInteger),
)
TOMBSTONES: Final = sa.Table(
    "tombstones",
    SCHEMA,
    sa.Column("hash", sa.Text, primary_key=True),  # keyed: see features.privacy.tombstones
    sa.Column("key_mark", sa.Text, nullable=False),
    sa.Column("until", sa.BigInteger, nullable=False),  # up to which moment rows are refused
    sa.Column("erasure_id", sa.Text),  # by which erasure
)
ERASURES: Final = sa.Table(
    "erasures",
    SCHEMA,
    sa.Column("erasure_id", sa.Text, primary_key=True),
    sa.Column("erased_at", sa.BigInteger, nullable=False),
    sa.Column("nodes", sa.Text),  # whom to take out of the files; nothing is left of it once that is done
    sa.Column("receipt", sa.Text, nullable=False),
)
EXPORTS: Final = sa.Table(
    "exports",
    SCHEMA,
    sa.Column("destination", sa.Text, primary_key=True),  # what was written elsewhere, without its password
    sa.Column("time", sa.BigInteger, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
)
RULINGS: Final = sa.Table(
    "rulings",
    SCHEMA,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("time", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("nodes", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)
# Long work that was asked for over HTTP.
JOBS: Final = sa.Table(
    "jobs",
    SCHEMA,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("job_id", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),  # a command of the command line
    sa.Column("arguments", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False, index=True),
    sa.Column("asked_at", sa.BigInteger, nullable=False),
    sa.Column("asked_by", sa.Text),  # the id of a key
    sa.Column("cancelled_at", sa.BigInteger),  # when somebody asked for its end
    sa.Column("started", sa.BigInteger),
    sa.Column("finished", sa.BigInteger),
    sa.Column("progress", sa.Text),
    sa.Column("exit_code", sa.Integer),
    sa.Column("result", sa.Text),
    sa.Column("error", sa.Text),
    sqlite_autoincrement=True,
)
META: Final = sa.Table(
    "meta", SCHEMA, sa.Column("key", sa.Text, primary_key=True), sa.Column("value", sa.Text, nullable=False)
)
LOG_ID: Final = "log"  # the key in ``meta`` of the log's id: another store's numbers mean other events
