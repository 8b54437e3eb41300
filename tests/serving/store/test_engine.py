from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

from features.config.sections.serving import Durability
from features.evaluate.online.record import Record
from features.ingest.sources.watermark import LogWatermark
from serving.store.engine import meta, open_store
from serving.store.event_log import log_frame
from serving.store.records import replace_records, update_records
from tests.serving.store.migrations.earlier import back_to_unversioned
from tests.serving.store.visits import visit

PRAGMAS = ("journal_mode", "synchronous", "wal_autocheckpoint")


@pytest.mark.parametrize(("durability", "synchronous"), [("process", 1), ("power", 2)])  # NORMAL, FULL
def test_what_sqlite_acknowledged_waits_for_the_disk_only_where_it_must_outlive_the_machine(
    tmp_path: Path, durability: Durability, synchronous: int
) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}", durability=durability)
    with store.connect() as connection:
        pragmas = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in PRAGMAS]
    assert pragmas == ["wal", synchronous, 4_000]


def log_of(url: str) -> str:
    store = open_store(url)
    try:
        return log_frame(store)[1].log_id
    finally:
        store.dispose()


def test_whoever_opens_a_new_store_at_the_same_time_finds_one_log(store_url: str) -> None:
    with ThreadPoolExecutor(8) as threads:
        logs = set(threads.map(log_of, [store_url] * 16))
    assert len(logs) == 1
    assert logs != {""}
    assert log_of(store_url) in logs


def test_a_new_store_that_somebody_else_is_about_to_write_to_is_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")  # SQLite fails at once who then asks for a write-ahead log
    with ThreadPoolExecutor(1) as threads:
        found = threads.submit(log_of, f"sqlite:///{file}")
        assert wait([found], timeout=0.2).not_done
        other.execute("COMMIT")
        assert found.result()
    other.close()


def test_a_log_keeps_its_id_through_builds(store: Engine) -> None:
    log = meta(store)["log"]
    replace_records(store, [("1", Record.of([visit("a", 1)]))], as_of=5, log_seq=0, lake="l")
    update_records(store, [("1", Record.of([visit("a", 1)]))], {"1"}, as_of=6, log_seq=0, lake="m")
    assert meta(store)["log"] == log


def test_every_store_has_a_log_of_its_own(tmp_path: Path) -> None:
    assert log_of(f"sqlite:///{tmp_path / 'a.db'}") != log_of(f"sqlite:///{tmp_path / 'b.db'}")


def test_a_store_made_before_logs_had_ids_is_given_one(store_url: str, store: Engine) -> None:
    back_to_unversioned(store)
    with store.begin() as connection:
        connection.execute(sa.text("DELETE FROM meta"))
    assert log_frame(store)[1] == LogWatermark("", 0)
    log = log_of(store_url)
    assert log
    assert log_of(store_url) == log


def test_an_error_of_a_statement_does_not_tell_its_values(store: Engine) -> None:
    with pytest.raises(DBAPIError) as caught, store.connect() as connection:
        connection.execute(sa.text("SELECT :mail FROM nowhere"), {"mail": "anna@shop.example"})
    assert "anna@shop.example" not in str(caught.value)
