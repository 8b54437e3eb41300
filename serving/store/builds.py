"""The build that the store's records are of."""

from __future__ import annotations

from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from serving.store.reader import reading
from serving.store.tables.schema import META

_VALUE: Final = sa.select(META.c.value).where(META.c.key == sa.bindparam("key"))


class Build(NamedTuple):
    """A build: its moment (µs), and the version of the lake that it read."""

    as_of: int
    lake: str


def last_build(engine: Engine) -> Build | None:
    """The last one; None before the first."""
    with reading(engine) as ask:
        as_of, lake = (ask(_VALUE, key=key) for key in ("as_of", "lake"))
    return Build(int(as_of[0][0]), lake_version(lake[0][0])) if as_of and lake else None


def lake_version(records: str) -> str:
    """The version of the lake in what is kept of what records are made of, which begins with it."""
    return records.partition(" ")[0]
