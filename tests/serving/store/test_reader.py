"""What requests read: as SQLAlchemy reads it, whoever wrote it just before."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from features.errors import StamkundError
from serving.store.engine import open_store, outages_as_errors
from serving.store.keys import any_key
from serving.store.reader import reading, within
from serving.store.tables.schema import RECORDS

ROWS = [("a:'b'", b"\x00\xff", 2**53 + 1), ("å", b"", 0)]
QUERY = sa.select(RECORDS).where(RECORDS.c.customer_id >= sa.bindparam("least")).order_by(RECORDS.c.log_seq.desc())


def write(store: Engine, *rows: tuple[str, bytes, int]) -> None:
    with store.begin() as connection:
        connection.execute(sa.insert(RECORDS), [dict(zip(RECORDS.columns.keys(), row, strict=True)) for row in rows])


def test_rows_are_those_that_sqlalchemy_reads(store: Engine) -> None:
    write(store, *ROWS)
    with reading(store) as ask, store.connect() as connection:
        for least, count in (("", 2), ("a:'b'", 2), ("~", 1), ("ö", 0)):
            rows = ask(QUERY, least=least)
            assert [tuple(row) for row in rows] == [tuple(row) for row in within(connection)(QUERY, least=least)]
            assert len(rows) == count


def test_what_another_process_commits_is_seen_by_the_next_question(store: Engine, store_url: str) -> None:
    other = open_store(store_url)
    with reading(store) as ask:
        assert ask(QUERY, least="") == []
        write(other, *ROWS)  # nobody waits for who reads
        assert len(ask(QUERY, least="")) == 2
    other.dispose()


def test_a_database_that_its_driver_cannot_read_is_an_outage(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    with store.begin() as connection:
        connection.exec_driver_sql("DROP TABLE keys")
    with pytest.raises(StamkundError) as error, outages_as_errors():
        any_key(store)
    assert error.value.code == "store_unavailable"
    store.dispose()
