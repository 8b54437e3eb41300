"""The versions of candidates: each change adds one, and nothing is overwritten."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row
from sqlalchemy.exc import IntegrityError

from serving.store.commits.together import commit_together
from serving.store.tables.schema import CANDIDATES

Content = Mapping[str, Any]
c: Final = CANDIDATES.c


@dataclass(frozen=True)
class Version:
    """What a candidate was from a moment (µs) on, and who said so; the content is None where it was taken away."""

    candidate_id: str
    version: int
    time: int
    who: str | None
    content: Content | None


def last_change(store: Engine) -> tuple[int, int]:
    """What differs after every change: the number of the last one, and how many there are."""
    with store.connect() as connection:
        last, count = connection.execute(sa.select(sa.func.max(c.seq), sa.func.count())).one()
    return last or 0, count


def kept_candidates(store: Engine, *, as_of: int | None = None) -> list[Version]:
    """Each candidate that is kept now, or was at a moment, by id."""
    until = sa.true() if as_of is None else c.time <= as_of
    last = sa.select(c.candidate_id, sa.func.max(c.version).label("version")).where(until).group_by(c.candidate_id)
    found = last.subquery()
    both = sa.and_(c.candidate_id == found.c.candidate_id, c.version == found.c.version)
    query = sa.select(CANDIDATES).join(found, both).where(c.content.is_not(None)).order_by(c.candidate_id)
    with store.connect() as connection:
        return [_version(row) for row in connection.execute(query)]


def history_of(store: Engine, candidate_id: str) -> list[Version]:
    """Every version of a candidate, the latest first."""
    with store.connect() as connection:
        return _history(connection, candidate_id)


def change(
    store: Engine,
    candidate_id: str,
    content: Content | None,
    *,
    time: int,
    who: str | None,
    check: Callable[[Version | None], None],
) -> tuple[Version | None, Version]:
    """Keep what a candidate is from now on, if ``check`` raises nothing about what it was; before, and after.

    ``check`` is given the last version, None where none is kept. Content that is kept already makes no new version.
    """

    def work(connection: Connection) -> tuple[Version | None, Version]:
        last = next(iter(_history(connection, candidate_id, limit=1)), None)
        before = None if last is None or last.content is None else last
        check(before)
        if before is not None and before.content == content:
            return before, before
        after = Version(candidate_id, 1 if last is None else last.version + 1, time, who, content)
        told = None if content is None else orjson.dumps(content).decode()
        connection.execute(sa.insert(CANDIDATES), {**vars(after), "content": told})
        return before, after

    try:
        return commit_together(store, work)
    except IntegrityError:  # another made this version meanwhile: it is looked at anew
        return commit_together(store, work)


def _history(connection: Connection, candidate_id: str, limit: int | None = None) -> list[Version]:
    query = sa.select(CANDIDATES).where(c.candidate_id == candidate_id).order_by(c.version.desc()).limit(limit)
    return [_version(row) for row in connection.execute(query)]


def _version(row: Row[Any]) -> Version:
    content = None if row.content is None else orjson.loads(row.content)
    return Version(row.candidate_id, row.version, row.time, row.who, content)
