"""A new revision, drawn up from what ``serving/store/tables/schema.py`` says and the last revision does not.

python -m serving.store.migrations.revise "Keep budgets"
"""

from __future__ import annotations

import sys

import sqlalchemy as sa
from alembic import command

from serving.store.migrations.upgrade import configuration, upgrade
from serving.store.migrations.version import HEAD


def revise(message: str) -> None:
    """Write the next revision, to be read and corrected by hand."""
    with sa.create_engine("sqlite://").begin() as connection:
        upgrade(connection)
        command.revision(configuration(connection), message, autogenerate=True, rev_id=f"{int(HEAD) + 1:04}")


if __name__ == "__main__":
    revise(sys.argv[1])
