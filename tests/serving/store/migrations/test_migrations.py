"""Stores of earlier versions: brought to today's without loss, once, whole or not at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

import serving.store.migrations.upgrade as upgrades
from features.errors import StamkundError
from serving.store.engine import changing_tables, meta, open_store
from serving.store.migrations.upgrade import configuration, upgrade
from serving.store.migrations.version import HEAD, VERSION, version_of
from serving.store.tables.schema import SCHEMA
from tests.serving.store.migrations.earlier import create_unversioned

EXAMPLES = {sa.Text: "a", sa.BigInteger: 7, sa.Integer: 7, sa.LargeBinary: b"\x00\xff", sa.Boolean: True}
Rows = dict[str, list[dict[str, object]]]


def make_unversioned(url: str) -> Rows:
    """A store as it was made before stores told their version, with a row in every table; its rows."""
    bare = sa.create_engine(url)
    if bare.dialect.name == "sqlite":
        Path(str(bare.url.database)).parent.mkdir(parents=True)
    with bare.begin() as connection:
        for table in create_unversioned(connection).sorted_tables:
            connection.execute(sa.insert(table), {c.name: example(c) for c in table.columns})
        rows = rows_of(connection)
    bare.dispose()
    return rows


def example(column: sa.Column[object]) -> object:
    return next(value for kind, value in EXAMPLES.items() if isinstance(column.type, kind))


def rows_of(connection: Connection) -> Rows:
    tables = sa.MetaData()
    tables.reflect(connection, only=lambda name, _: name != VERSION.name)
    return {t.name: [dict(row) for row in connection.execute(sa.select(t)).mappings()] for t in tables.sorted_tables}


def differences(connection: Connection) -> list[object]:
    """What Alembic would change to make the tables those of the schema."""
    context = MigrationContext.configure(connection, opts={"version_table": VERSION.name, "compare_type": True})
    return list(compare_metadata(context, SCHEMA))


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """From which version each upgrade began."""
    begun: list[str | None] = []

    def counted(connection: Connection) -> None:
        begun.append(version_of(connection))
        upgrade(connection)

    monkeypatch.setattr(upgrades, "upgrade", counted)
    return begun


def test_a_store_that_tells_no_version_keeps_every_row(store_url: str) -> None:
    before = make_unversioned(store_url)
    store = open_store(store_url)
    with store.connect() as connection:
        rows, found, version = rows_of(connection), differences(connection), version_of(connection)
    log: dict[str, object] = {"key": "log", "value": meta(store)["log"]}
    store.dispose()
    assert (found, version) == ([], HEAD)
    assert rows.keys() == SCHEMA.tables.keys()
    before["meta"].append(log)
    kept = {t: [{c: row[c] for c in before[t][0]} for row in rows[t]] for t in before}  # later columns are left out
    assert kept == before


def test_a_new_store_is_what_the_revisions_make(store_url: str, done: list[str | None]) -> None:
    store = open_store(store_url)
    with store.connect() as connection:
        assert differences(connection) == []
    with changing_tables(store) as connection:
        SCHEMA.drop_all(connection)
        VERSION.drop(connection)
        upgrade(connection)
    with store.connect() as connection:
        assert differences(connection) == []
    store.dispose()
    assert done == []  # a new store takes none of them


def test_there_is_one_last_revision() -> None:
    with sa.create_engine("sqlite://").connect() as connection:
        assert ScriptDirectory.from_config(configuration(connection)).get_heads() == [HEAD]


def test_whoever_opens_an_old_store_at_the_same_time_finds_it_upgraded_once(
    store_url: str, done: list[str | None]
) -> None:
    make_unversioned(store_url)
    with ThreadPoolExecutor(4) as threads:
        stores = list(threads.map(open_store, [store_url] * 8))
    logs = {meta(store)["log"] for store in stores}
    for store in stores:
        store.dispose()
    assert (done, len(logs)) == ([None], 1)


def test_a_store_of_a_later_version_is_refused(store_url: str) -> None:
    store = open_store(store_url)
    with store.begin() as connection:
        connection.execute(sa.update(VERSION).values(version_num="9999"))
    store.dispose()
    with pytest.raises(StamkundError, match="9999, which a later Stamkund wrote") as caught:
        open_store(store_url)
    assert caught.value.code == "newer_store"


def test_an_upgrade_that_fails_leaves_the_store_as_it_was(store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = make_unversioned(store_url)
    with monkeypatch.context() as patch:
        patch.setattr(sa.MetaData, "create_all", broken)
        with pytest.raises(OSError, match="no more"):
            open_store(store_url)
    bare = sa.create_engine(store_url)
    with bare.connect() as connection:
        assert (rows_of(connection), version_of(connection)) == (before, None)
    bare.dispose()
    open_store(store_url).dispose()


def broken(_: sa.MetaData, connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE identity DROP COLUMN since")
    raise OSError("no more")
