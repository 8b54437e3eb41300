"""What Alembic runs for every command, once it is told in ``upgrade.py`` which database is meant."""

from __future__ import annotations

from alembic import context

from serving.store.migrations.version import VERSION
from serving.store.tables.schema import SCHEMA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SCHEMA,
    version_table=VERSION.name,  # Alembic's usual one is MLflow's, where both are in one database
    render_as_batch=True,  # SQLite changes a column by making the table anew
)
context.run_migrations()
