"""A backup taken while events arrive takes the place of the home: nothing acknowledged before it is lost."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from features.config.settings import Settings
from features.errors import StamkundError
from features.files import alone
from features.profiles.records import records
from features.units import DAY
from serving.jobs.backup import back_up
from serving.jobs.build import build_all
from serving.store.engine import opened_store
from serving.store.event_log import append_events
from serving.store.records import record_of
from tests.features.shops import Shop

NOW = 17_500 * DAY  # 2017-11-30


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = Shop.open(tmp_path)
    visits = [("", "2", f"2017-02-{1 + n % 28:02}T{n % 24:02}:30", "visit", "", "", "1", "") for n in range(60)]
    shop.write("plain", "1", *visits)  # enough of a kind to derive features from
    return shop


def receive(store: Engine, name: str) -> None:
    whose = {"id_type": "user_id", "id": "2", "fragment": "2", "time": 1_486_116_000_000_000, "kind": "visit"}
    append_events(store, [[{"event_id": name, **whose}]], received_at=9)


def receive_once(settings: Settings, name: str) -> None:
    with opened_store(settings) as store:
        receive(store, name)


@contextmanager
def arriving(settings: Settings, at_least: int = 5) -> Iterator[list[str]]:
    """The events that were acknowledged so far, of those that arrive meanwhile."""
    acknowledged, stop, enough = list[str](), threading.Event(), threading.Event()

    def arrive() -> None:
        with opened_store(settings) as store:
            for n in count():
                receive(store, f"live{n}")
                acknowledged.append(f"live{n}")
                if n == at_least:
                    enough.set()
                if stop.is_set():
                    return

    thread = threading.Thread(target=arrive)
    thread.start()
    try:
        assert enough.wait(30)
        yield acknowledged
    finally:
        stop.set()
        thread.join()


def check_served_and_built(shop: Shop, settings: Settings, acknowledged: list[str]) -> None:
    """Whoever asks finds all that was acknowledged, and so does the next build, with what came after."""
    with opened_store(settings) as store:
        record = record_of(store, "2")
        assert record is not None
        assert set(acknowledged) <= set(record.words["event_id"])
        receive(store, "after")
    build_all(settings, as_of=NOW)
    assert {*acknowledged, "after"} <= set(shop.http_ids())
    wanted = {customer: record.pack() for customer, record in records(shop.lake(), as_of=0)}
    with opened_store(settings) as store:
        held = {customer: record.pack() for customer in wanted if (record := record_of(store, customer))}
    assert held == wanted


def test_a_home_is_restored_from_a_backup_taken_while_events_arrive(tmp_path: Path, shop: Shop) -> None:
    settings = shop.settings()
    receive_once(settings, "early")
    built = build_all(settings, as_of=NOW)
    with arriving(settings) as acknowledged:
        before = list(acknowledged)
        done = back_up(settings, tmp_path / "backup")
    assert (done.elsewhere, done.bytes > 0) == ((), True)
    shutil.rmtree(settings.home)
    shutil.copytree(done.folder, settings.home)
    assert shop.lake().version == built.report.version
    assert built.path.exists()
    check_served_and_built(shop, settings, ["early", *before])


def test_a_store_of_postgresql_is_dumped_after_the_home(tmp_path: Path, shop: Shop, postgres_url: str) -> None:
    settings = shop.settings(store=postgres_url)
    receive_once(settings, "early")
    build_all(settings, as_of=NOW)
    with arriving(settings) as acknowledged:
        before = list(acknowledged)
        done = back_up(settings, tmp_path / "backup")
        postgres("pg_dump", "--format=custom", f"--file={tmp_path / 'store.dump'}", of=postgres_url)
    shutil.rmtree(settings.home)
    shutil.copytree(done.folder, settings.home)
    postgres("pg_restore", "--clean", "--if-exists", str(tmp_path / "store.dump"), "--dbname", of=postgres_url)
    check_served_and_built(shop, settings, ["early", *before])


def postgres(program: str, *arguments: str, of: str) -> None:
    """Run a program of PostgreSQL's for a database."""
    programs = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
    url = of.replace("+psycopg", "")
    subprocess.run([str(programs[-1]) if programs else program, *arguments, url], check=True, env=os.environ)


def test_what_lies_elsewhere_is_named_without_its_password(tmp_path: Path, shop: Shop) -> None:
    shop.ingest()
    outside = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    settings = shop.settings(store="postgresql+psycopg://shop:secret@db.example/shop", registry=outside)
    assert back_up(settings, tmp_path / "backup").elsewhere == (
        "postgresql+psycopg://shop:***@db.example/shop",
        outside,
    )


def test_no_backup_is_taken_where_it_would_not_be_one(tmp_path: Path, shop: Shop) -> None:
    settings, to = shop.settings(), tmp_path / "backup"
    assert refused(settings, to) == "no_lake"
    shop.ingest()
    assert refused(settings, settings.home / "backup") == "inside_home"
    with alone(settings.home):
        assert refused(settings, to) == "lake_busy"
    back_up(settings, to)
    assert refused(settings, to) == "exists"


def refused(settings: Settings, to: Path) -> str:
    with pytest.raises(StamkundError) as caught:
        back_up(settings, to)
    return caught.value.code


def test_a_backup_that_fails_leaves_nothing(tmp_path: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = shop.settings()
    shop.ingest()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copy2", full)
    with pytest.raises(OSError, match="No space"):
        back_up(settings, tmp_path / "deep" / "backup")
    assert list((tmp_path / "deep").iterdir()) == []
