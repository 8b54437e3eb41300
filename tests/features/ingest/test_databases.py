"""A database is asked for what came since the last build."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from features.config.settings import Settings
from features.errors import StamkundError
from features.ingest.ingest import ingest
from features.lake import Lake
from tests.features.sourcing import settings_of


def database(folder: Path, query: str, columns: Mapping[str, str]) -> tuple[sa.Engine, Settings]:
    url = f"sqlite:///{folder / 'crm.db'}"
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE IF NOT EXISTS orders (n TEXT, id TEXT, at TEXT, paid TEXT)"))
    return engine, settings_of(folder, crm={"from": url, "query": query, "kind": "order", "columns": columns})


NAMED = {"event_id": "n", "id": "id", "time": "at"}
WITH_VALUE = NAMED | {"value": "paid"}


def test_a_query_is_asked_for_what_came_since(tmp_path: Path) -> None:
    engine, config = database(tmp_path, "SELECT * FROM orders WHERE at >= :since", WITH_VALUE)
    insert = sa.text("INSERT INTO orders VALUES (:n, :id, :at, :paid)")
    row = {"n": "1", "id": "ann", "at": "2017-01-02 10:00", "paid": "1"}
    with engine.begin() as connection:
        connection.execute(insert, row)
    assert ingest(config).sources[0].accepted == 1
    with engine.begin() as connection:
        connection.execute(insert, [row | {"n": "2"}, row | {"n": "3", "at": "2099-01-02"}])
    second = ingest(config)  # what is dated a day before the last build is taken for read
    assert (second.full_read_reason, second.sources[0].read) == (None, 1)
    assert second.fragments == frozenset(["ann"])
    assert second.sources[0].scope.startswith("since 20")
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE orders SET paid = '7' WHERE n = '3'"))
        connection.execute(insert, row | {"n": None, "at": "2099-01-02"})
    third = ingest(config)  # what comes again takes the place of what came before
    engine.dispose()
    assert third.sources[0].rejected == {"missing_event_id": 1}
    assert Lake(config.lake).scan("events").collect().select("event_id", "value").rows() == [("1", 100), ("3", 700)]


def test_an_answer_is_known_at_its_own_time_again_once_its_question_was_at_another(tmp_path: Path) -> None:
    query = "SELECT *, iif(n = 'q', 'contact', 'click') AS kind FROM orders WHERE at >= :since"
    engine, config = database(tmp_path, query, NAMED)
    crm = config.sources["crm"].model_dump(by_alias=True) | {"kind": None, "columns": NAMED | {"kind": "kind"}}
    config = settings_of(tmp_path, crm=crm)
    insert = sa.text("INSERT INTO orders VALUES (:n, 'ann', '2099-01-02 10:00', NULL)")
    with engine.begin() as connection:
        connection.execute(insert, [{"n": "q"}, {"n": "a"}])
    ingest(config)
    known = Lake(config.lake).scan("events").select(pl.col("known_at") - pl.col("time"), "event_id")
    assert known.collect().rows() == [(1, "a"), (None, "q")]
    with engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM orders WHERE n = 'a'"))  # nothing says so, and it stays
        connection.execute(sa.text("UPDATE orders SET at = '2099-01-02 10:01' WHERE n = 'q'"))
    assert ingest(config).full_read_reason is None
    engine.dispose()
    known = Lake(config.lake).scan("events").select("known_at", "event_id")
    assert known.collect().rows() == [(None, "a"), (None, "q")]


def test_postgresql_is_asked_with_its_own_types(tmp_path: Path, postgres_url: str) -> None:
    query = "SELECT n::text AS n, id, at FROM orders WHERE loaded >= :since AND at >= :since"
    config = settings_of(tmp_path, crm={"from": postgres_url, "query": query, "kind": "visit", "columns": NAMED})
    engine = sa.create_engine(postgres_url)
    insert = sa.text("INSERT INTO orders VALUES (:n, 'ann', now() + :n * INTERVAL '1 day', now())")
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE orders (n INT, id TEXT, at TIMESTAMP, loaded TIMESTAMPTZ)"))
        connection.execute(insert, [{"n": -3}, {"n": 0}])
    assert ingest(config).sources[0].accepted == 2
    with engine.begin() as connection:
        connection.execute(insert, {"n": 1})
    engine.dispose()
    report = ingest(config)
    assert (report.full_read_reason, report.sources[0].accepted) == (
        None,
        2,
    )  # the one of three days ago is not read again
    assert Lake(config.lake).scan("events").collect().height == 3


def test_a_query_that_cannot_say_what_is_new_is_read_whole(tmp_path: Path) -> None:
    engine, config = database(tmp_path, "SELECT * FROM orders", WITH_VALUE)
    engine.dispose()
    ingest(config)
    assert ingest(config).full_read_reason == "the query of crm does not say what is new (`:since`)"


def test_rows_that_may_come_twice_need_an_id(tmp_path: Path) -> None:
    engine, config = database(tmp_path, "SELECT * FROM orders WHERE at >= :since", {"id": "id", "time": "at"})
    engine.dispose()
    with pytest.raises(StamkundError, match="map their own id to `event_id`") as caught:
        ingest(config)
    assert caught.value.field == "sources.crm.columns"
