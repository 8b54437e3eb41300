from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from serving.store.commits.checkpoint import checkpoint
from serving.store.engine import open_store
from serving.store.tables.schema import META


def kept(file: Path) -> int:
    """How many rows the file holds by itself, without its log."""
    alone = file.with_name("alone.db")
    shutil.copyfile(file, alone)
    with closing(sqlite3.connect(alone)) as connection:
        return int(connection.execute("SELECT count(*) FROM meta WHERE key LIKE 'row%'").fetchone()[0])


def test_a_checkpoint_brings_what_was_committed_into_the_file_while_others_read_and_write(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    store = open_store(f"sqlite:///{file}")
    checkpoint(store)
    with store.begin() as connection:
        connection.execute(sa.insert(META), [{"key": f"row{n}", "value": "x" * 3_000} for n in range(1_500)])
    assert kept(file) == 0  # of more than a thousand pages, at which SQLite would have done it itself
    with closing(sqlite3.connect(file)) as other:
        other.execute("INSERT INTO meta VALUES ('row', 'not committed')")
        checkpoint(store)
        assert kept(file) == 1_500
    store.dispose()


def test_other_databases_see_to_it_themselves(store: Engine) -> None:
    checkpoint(store)
    with store.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(META)).scalar_one() > 0
