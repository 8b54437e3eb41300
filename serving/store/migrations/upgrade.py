"""Upgrades of a store of an earlier version; Alembic takes a quarter of a second, so only they import this."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Connection

_ONE_AT_A_TIME: Final = Lock()  # Alembic keeps what it works at in globals


def upgrade(connection: Connection) -> None:
    """Do to a store every revision that it has not seen, within the transaction of a connection."""
    with _ONE_AT_A_TIME:
        command.upgrade(configuration(connection), "head")


def configuration(connection: Connection) -> Config:
    """What Alembic is told: where the revisions are, how they are called, and which database is meant."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("file_template", "v%%(rev)s_%%(slug)s")
    return config
