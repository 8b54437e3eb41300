"""The store as a database: opened by its URL, tuned, its transactions and its outages."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from features.config.sections.serving import Durability
from features.config.settings import Settings
from features.errors import StamkundError
from features.sql import first_line
from serving.store.migrations.version import HEAD, refuse_newer, set_version, version_of
from serving.store.outages.full_disk import disk_full
from serving.store.outages.outage import error_of, outage_of
from serving.store.outages.patience import BUSY, CONNECT, limit_waiting
from serving.store.tables.schema import EVENT_LOG, LOG_ID, META, SCHEMA

SYNCHRONOUS: Final[dict[Durability, str]] = {"process": "NORMAL", "power": "FULL"}
PAGES: Final = 4_000  # of the write-ahead log, 16 MB, from which on a commit empties it, where nobody else has
_UPGRADE: Final = 3600.0  # seconds that an upgrade, and who waits for it, may take


def open_store(url: str, *, patience: float | None = None, durability: Durability = "process") -> Engine:
    """The store at a database URL, made where there is none, and brought to the version that this program reads.

    Each of its statements takes ``patience`` seconds at most, where that is given. Its errors do not repeat the values
    of a statement, which are customers'.
    """
    engine = _engine(make_url(url), patience, durability)
    try:
        with engine.connect() as connection:
            version = version_of(connection)
        if version != HEAD:
            _bring_to_head(make_url(url))
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def opened_store(settings: Settings) -> Iterator[Engine]:
    """The store of some settings, for as long as a command works with it."""
    store = open_store(settings.store_url)
    try:
        yield store
    finally:
        store.dispose()


def _engine(url: URL, patience: float | None, durability: Durability = "process") -> Engine:
    arguments: dict[str, Any] = {"pool_size": 16, "max_overflow": 32, "hide_parameters": True}
    if url.get_backend_name() == "sqlite":
        if url.database and url.database != ":memory:" and "uri" not in url.query:
            _make_folder(Path(url.database).parent)
        engine = sa.create_engine(url, **arguments)
        sa.event.listen(engine, "connect", lambda connection, _: _tune_sqlite(connection, durability))
    else:
        arguments |= {"pool_pre_ping": True, "connect_args": {"connect_timeout": CONNECT}}
        try:
            engine = sa.create_engine(url, **arguments)
        except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ModuleNotFoundError) as error:
            text = (
                f"This is no database URL that can be used here: {first_line(error)}. Give one such as "
                "postgresql+psycopg://user@host/database, and install its driver (pip install 'stamkund[postgres]')."
            )
            raise StamkundError("bad_database_url", text, field="store") from None
    if patience is not None:
        limit_waiting(engine, patience)
    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if disk_full(error):
            raise
        text = f"The folder {folder} of the store cannot be made: {error.strerror}. Correct `home:` or `store:`."
        raise StamkundError("not_accessible", text, field="home") from None


def meta(engine: Engine) -> dict[str, str]:
    """The id of the ``log``, and what describes the last build: its ``as_of``, ``log_seq``, ``lake``, ``records``."""
    with engine.connect() as connection:
        return {row.key: row.value for row in connection.execute(sa.select(META))}


def move_meta(engine: Engine, key: str, before: str, after: str) -> None:
    """Change what is said under a key of ``meta``, if that is still ``before``."""
    with engine.begin() as connection:
        connection.execute(sa.update(META).where(META.c.key == key, META.c.value == before).values(value=after))


@contextmanager
def changing_tables(engine: Engine) -> Iterator[Connection]:
    """One transaction, for changes of tables too; in SQLite no other writes from its beginning on."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":  # its driver opens none for them
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection


@contextmanager
def outages_as_errors(unavailable: StamkundError | None = None) -> Iterator[None]:
    """Raise a database that does not answer (``unavailable``), is read-only or full as an error with a code."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        if (code := outage_of(error)) is None:
            raise
        raise error_of(code, unavailable) from error


def insert_new(engine: Engine, table: sa.Table, key: str) -> sqlite.Insert | postgresql.Insert:
    """An insert into a table that leaves out rows whose ``key`` is there already."""
    insert = sqlite.insert if engine.dialect.name == "sqlite" else postgresql.insert
    return insert(table).on_conflict_do_nothing(index_elements=[key])


def _bring_to_head(url: URL) -> None:
    """Make the store, or upgrade it; whoever opens the same one at the same time waits, and finds it done."""
    engine = _engine(url, _UPGRADE)
    try:
        with changing_tables(engine) as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(EVENT_LOG.name))))
            version = version_of(connection)
            refuse_newer(version)
            if version is None and not sa.inspect(connection).has_table(EVENT_LOG.name):
                _make(connection)
            elif version != HEAD:
                import serving.store.migrations.upgrade as upgrades  # noqa: PLC0415  (most starts do without it)

                upgrades.upgrade(connection)
    finally:
        engine.dispose()


def _make(connection: Connection) -> None:
    SCHEMA.create_all(connection)
    connection.execute(sa.insert(META), {"key": LOG_ID, "value": uuid4().hex})
    set_version(connection)


def _tune_sqlite(connection: sa.engine.interfaces.DBAPIConnection, durability: Durability) -> None:
    """A commit is safe once the operating system has it, or only once the disk has it."""
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY}")
    _write_ahead(cursor)
    cursor.execute(f"PRAGMA synchronous={SYNCHRONOUS[durability]}")
    cursor.execute(f"PRAGMA wal_autocheckpoint={PAGES}")
    cursor.close()


def _write_ahead(cursor: sa.engine.interfaces.DBAPICursor) -> None:
    """Turn a new file to a write-ahead log: whoever else opens it at that moment is waited for.

    SQLite's own waiting does not cover this turn: of two who hold a shared lock and want the only one, it fails both.
    """
    until = time.monotonic() + BUSY / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return
