"""Databases that do not answer, are read-only, locked or full: what clients are told, readiness, and recovery."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from benchmarks.ingest.postgres import Cluster
from serving.http.current.state import CurrentState
from serving.store.engine import open_store
from tests.disk import small_disk, without_room
from tests.serving.clients import client_of
from tests.serving.shop import keep_records

PATIENCE = 0.2  # seconds
Outage = Callable[[CurrentState], AbstractContextManager[object]]
ASKED: dict[str, dict[str, object]] = {
    "/v1/scores": {"customers": ["1"]},
    "/v1/decisions": {"profile": {"id": "1"}},
    "/v1/track": {"userId": "1", "event": "Product Viewed"},
}
NUMBERS = count()


@contextmanager
def shop_at(current: CurrentState, url: str) -> Iterator[CurrentState]:
    """The shop with a store of its own, which is waited for a moment only."""
    settings = current.state.settings.model_copy(update={"store": url})
    keep_records(current.state.lake, settings)
    state = replace(current.state, settings=settings, store=open_store(url, patience=PATIENCE))
    own = CurrentState(state, lambda _: state, lambda: None)
    yield own
    own.close()


@pytest.fixture
def lite(current: CurrentState, tmp_path: Path) -> Iterator[CurrentState]:
    with shop_at(current, f"sqlite:///{tmp_path / 'own.db'}") as own:
        yield own


@pytest.fixture
def postgres(current: CurrentState, postgres_url: str) -> Iterator[CurrentState]:
    with shop_at(current, postgres_url) as own:
        yield own


@contextmanager
def locked(own: CurrentState) -> Iterator[None]:
    with closing(sqlite3.connect(str(own.state.store.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def full(own: CurrentState) -> Iterator[None]:
    disk, http = Path(str(own.state.store.url.database)).parent, client_of(own)
    with without_room(disk):
        for path in ("/v1/decisions", "/v1/track"):
            while ask(http, path).is_success:  # the write-ahead log has some room
                continue
        yield


@contextmanager
def altered(own: CurrentState, setting: str, back: str) -> Iterator[None]:
    """A setting of the database that holds for new connections; the old ones are ended."""
    url = own.state.store.url
    admin = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")

    def alter(what: str) -> None:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"ALTER DATABASE {url.database} {what}")
            ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
            connection.exec_driver_sql(f"{ended}'{url.database}'")

    alter(setting)
    yield
    alter(back)
    admin.dispose()


def stopped(own: CurrentState) -> AbstractContextManager[None]:
    """To a client the same as a database that is shut down."""
    return altered(own, "ALLOW_CONNECTIONS false", "ALLOW_CONNECTIONS true")


def read_only(own: CurrentState) -> AbstractContextManager[None]:
    return altered(own, "SET default_transaction_read_only = on", "RESET default_transaction_read_only")


def statuses(http: TestClient) -> list[object]:
    """The status of the answer to each question, or the code of its error."""
    got = [ask(http, path) for path in ASKED]
    return [each.status_code if each.is_success else each.json()["error"]["code"] for each in got]


def ask(http: TestClient, path: str) -> httpx.Response:
    body = ASKED[path] | ({"messageId": f"m{next(NUMBERS)}"} if path == "/v1/track" else {})
    answer: httpx.Response = http.post(path, json=body)
    return answer


def check(
    own: CurrentState, outage: Outage, code: str, answers: Sequence[object], log: pytest.LogCaptureFixture
) -> None:
    """Coded answers while it lasts, at once when it is known; not ready, one line in the log; all well afterwards."""
    http = client_of(own)
    assert statuses(http) == [200, 200, 200]
    with caplog_at(log), outage(own):
        assert statuses(http) == answers
        own.pulse.beat(doubted=True)
        own.pulse.beat()
        assert (own.is_ready, own.pulse.standing.writes) == (False, code)
        assert statuses(http) == answers
        assert ask(http, "/v1/track").headers["retry-after"] == "5"
    with caplog_at(log):
        own.pulse.beat()
        own.pulse.beat()
    assert own.is_ready
    assert statuses(http) == [200, 200, 200]
    told = [record.getMessage() for record in log.records if record.name == "stamkund.serving"]
    assert [line.partition(":")[0] for line in told[:1]] == [code]
    assert [line.partition(",")[0] for line in told[1:]] == ["The store answers and takes events again"]


@contextmanager
def caplog_at(log: pytest.LogCaptureFixture) -> Iterator[None]:
    with log.at_level(logging.WARNING, logger="stamkund.serving"):
        yield


DOWN = ["store_unavailable"] * 3


def test_sqlite_locked_by_another_process(lite: CurrentState, caplog: pytest.LogCaptureFixture) -> None:
    check(lite, locked, "store_unavailable", [200, *DOWN[:2]], caplog)


def test_sqlite_without_room(current: CurrentState, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with small_disk(tmp_path / "disk", megabytes=16) as disk, shop_at(current, f"sqlite:///{disk / 'own.db'}") as own:
        check(own, full, "store_full", [200, "store_full", "store_full"], caplog)


def test_postgres_read_only(postgres: CurrentState, caplog: pytest.LogCaptureFixture) -> None:
    check(postgres, read_only, "store_read_only", [200, "store_read_only", "store_read_only"], caplog)


def test_postgres_stopped(postgres: CurrentState, caplog: pytest.LogCaptureFixture) -> None:
    check(postgres, stopped, "store_unavailable", DOWN, caplog)


@pytest.mark.slow
def test_postgres_frozen(postgres: CurrentState, cluster: Cluster, caplog: pytest.LogCaptureFixture) -> None:
    check(postgres, lambda _: cluster.frozen(), "store_unavailable", DOWN, caplog)


def test_a_sqlite_file_that_may_only_be_read(current: CurrentState, tmp_path: Path) -> None:
    with shop_at(current, f"sqlite:///{tmp_path / 'own.db'}"):
        pass
    url = f"sqlite:///file:{tmp_path / 'own.db'}?mode=ro&uri=true"
    state = replace(current.state, store=open_store(url, patience=PATIENCE))
    own = CurrentState(state, lambda _: state, lambda: None)
    own.pulse.beat()
    assert (own.is_ready, own.pulse.standing.writes) == (False, "store_read_only")
    assert statuses(client_of(own)) == [200, "store_read_only", "store_read_only"]
    own.close()
