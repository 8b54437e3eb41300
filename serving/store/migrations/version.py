"""Which version a store is of: the number of the last revision that was done to it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from features.errors import StamkundError

VERSION: Final = sa.Table("schema_version", sa.MetaData(), sa.Column("version_num", sa.String(32), primary_key=True))
REVISIONS: Final = sorted(path.stem[1:5] for path in (Path(__file__).parent / "versions").glob("v*.py"))
HEAD: Final = REVISIONS[-1]  # what `serving/store/tables/schema.py` describes


def version_of(connection: Connection) -> str | None:
    """The version of a store; None for one that does not tell, or is not there yet.

    >>> with sa.create_engine("sqlite://").connect() as connection:
    ...     print(version_of(connection))
    None
    """
    if not sa.inspect(connection).has_table(VERSION.name):
        return None
    return str(connection.execute(sa.select(VERSION.c.version_num)).scalar_one())


def set_version(connection: Connection) -> None:
    """Let a store that was just made tell that it is of this version."""
    VERSION.create(connection)
    connection.execute(sa.insert(VERSION), {"version_num": HEAD})


def refuse_newer(version: str | None) -> None:
    """Raise ``newer_store`` for a version that this program does not know.

    >>> refuse_newer("9999")
    Traceback (most recent call last):
    features.errors.StamkundError: The store is of version 9999, which a later Stamkund wrote; this one knows ...
    """
    if version is not None and version not in REVISIONS:
        message = (
            f"The store is of version {version}, which a later Stamkund wrote; this one knows versions up to {HEAD}. "
            "Run the later one, or restore a backup of before it."
        )
        raise StamkundError("newer_store", message)
