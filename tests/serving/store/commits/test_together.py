"""Several threads' work in one transaction: kept together, and failing alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event
from time import sleep

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError, OperationalError

from serving.store.commits.together import _TURNS, commit_together
from serving.store.engine import open_store
from serving.store.tables.schema import META

Work = Callable[[Connection], object]


def keep(key: str) -> Work:
    return lambda connection: connection.execute(sa.insert(META), {"key": key, "value": ""}).rowcount


def kept(store: Engine) -> set[str]:
    with store.connect() as connection:
        return set(connection.execute(sa.select(META.c.key).where(META.c.key != "log")).scalars())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Engine]:
    """A store of SQLite; PostgreSQL's connections do not wait for each other."""
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    yield store
    store.dispose()


@pytest.fixture
def commits(store: Engine) -> Iterator[list[None]]:
    """One entry for each transaction that was committed."""
    counted: list[None] = []
    listen = lambda _: counted.append(None)  # noqa: E731
    sa.event.listen(store, "commit", listen)
    yield counted
    sa.event.remove(store, "commit", listen)


def while_one_works(store: Engine, first: Work, others: list[Work]) -> list[Future[object]]:
    """What becomes of some work, the first of which lasts until all others wait."""
    begun, enough = Event(), Event()

    def lasting(connection: Connection) -> object:
        begun.set()
        enough.wait(5)
        return first(connection)

    with ThreadPoolExecutor(len(others) + 1) as threads:
        futures = [threads.submit(commit_together, store, lasting)]
        begun.wait(5)
        futures += [threads.submit(commit_together, store, work) for work in others]
        while _TURNS[store]._waiting.qsize() < len(others):
            sleep(0.001)
        enough.set()
    return futures


def test_what_waits_is_kept_in_one_transaction(store: Engine, commits: list[None]) -> None:
    done = while_one_works(store, keep("a"), [keep(key) for key in "bcd"])
    assert [each.result() for each in done] == [1, 1, 1, 1]
    assert kept(store) == {*"abcd"}
    assert len(commits) == 2


def test_work_that_fails_fails_alone(store: Engine) -> None:
    done = while_one_works(store, keep("a"), [keep("b"), keep("a"), keep("c")])
    assert [type(each.exception()) for each in done] == [type(None), type(None), IntegrityError, type(None)]
    assert kept(store) == {*"abc"}


def gone(_: Connection) -> object:
    raise OperationalError("", {}, Exception())


def test_who_waits_for_a_store_that_does_not_answer_is_told_at_once(store: Engine) -> None:
    done = while_one_works(store, gone, [keep("b"), keep("c")])
    assert [type(each.exception()) for each in done] == [OperationalError] * 3
    assert kept(store) == set()
    assert commit_together(store, keep("d")) == 1
