"""The build that the store's records are of."""

from __future__ import annotations

from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from serving.store.reader import ask_among, reading
from serving.store.tables.schema import META

_VALUES: Final = sa.select(META.c.key, META.c.value)


class Build(NamedTuple):
    """A build: its moment (µs), and the version of the lake that it read."""

    as_of: int
    lake: str


def last_build(engine: Engine) -> Build | None:
    """The last one; None before the first."""
    with reading(engine) as ask:
        told = {row[0]: row[1] for row in ask_among(ask, _VALUES, META.c.key, Build._fields)}
    return Build(int(told["as_of"]), lake_version(told["lake"])) if len(told) == len(Build._fields) else None


def lake_version(records: str) -> str:
    """The version of the lake in what is kept of what records are made of, which begins with it."""
    return records.partition(" ")[0]
