"""Stores as they were made before stores told their version."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine


def create_unversioned(connection: Connection) -> sa.MetaData:
    """Make the tables of the time; what they are."""
    script = Path(__file__).with_name(f"unversioned.{connection.dialect.name}.sql").read_text()
    for statement in script.split(";\n"):
        connection.exec_driver_sql(statement)
    tables = sa.MetaData()
    tables.reflect(connection)
    return tables


def back_to_unversioned(store: Engine) -> None:
    """Make a store one of the time, with what it holds; what came later is gone."""
    now = sa.MetaData()
    with store.begin() as connection:
        now.reflect(connection)
        rows = {t.name: [dict(row) for row in connection.execute(sa.select(t)).mappings()] for t in now.sorted_tables}
        now.drop_all(connection)
        for table in create_unversioned(connection).sorted_tables:
            if held := [{c.name: row[c.name] for c in table.columns} for row in rows[table.name]]:
                connection.execute(sa.insert(table), held)
