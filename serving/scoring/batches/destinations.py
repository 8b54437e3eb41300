"""Where a batch of scores is written: a Parquet file or a database table, all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, Final

import orjson
import polars as pl
import pyarrow.parquet as pq
import sqlalchemy as sa

from features.config.locations import is_url
from features.files import atomic_file
from serving.store.engine import changing_tables

_SQL: Final[dict[type[pl.DataType], sa.types.TypeEngine[Any]]] = {
    pl.Float64: sa.Float(53),
    pl.Int64: sa.BigInteger(),
    pl.String: sa.Text(),
    pl.Date: sa.Date(),
    pl.Datetime: sa.DateTime(),
}


def place_of(out: str, table: str) -> str:
    """A file, or a database without its password and a table in it, as they are remembered.

    >>> place_of("postgresql://crm:secret@db/crm", "scores")
    'postgresql://crm:***@db/crm, table scores'
    """
    if not is_url(out):
        return str(Path(out).resolve())
    return f"{sa.make_url(out).render_as_string(hide_password=True)}, table {table}"


def write_parquet(frames: Iterator[pl.DataFrame], out: Path) -> int:
    """Write frames of one schema, at least one, to a file; returns the number of rows."""
    count = 0
    with atomic_file(out) as draft:
        first = next(frames)
        with pq.ParquetWriter(draft, first.to_arrow().schema, compression="zstd") as writer:
            for frame in chain([first], frames):
                writer.write_table(frame.to_arrow())
                count += frame.height
    return count


def write_table(frames: Iterator[pl.DataFrame], url: str, table: str) -> int:
    """Fill a new table beside the old one, then put it in its place in one transaction; returns the number of rows."""
    engine, draft = sa.create_engine(url, hide_parameters=True), f"{table}__new"
    count, first = 0, next(frames)
    columns: list[sa.Column[Any]] = [
        sa.Column(name, _SQL.get(type_.base_type(), sa.Text())) for name, type_ in first.schema.items()
    ]
    new = sa.Table(draft, sa.MetaData(), *columns)
    try:
        new.drop(engine, checkfirst=True)
        new.create(engine)
        with engine.begin() as connection:
            for frame in chain([first], frames):
                if frame.height:
                    connection.execute(sa.insert(new), [_flat(row) for row in frame.iter_rows(named=True)])
                count += frame.height
        with changing_tables(engine) as connection:
            quote = engine.dialect.identifier_preparer.quote
            connection.execute(sa.text(f"DROP TABLE IF EXISTS {quote(table)}"))
            connection.execute(sa.text(f"ALTER TABLE {quote(draft)} RENAME TO {quote(table)}"))
    finally:
        engine.dispose()
    return count


def _flat(row: dict[str, object]) -> dict[str, object]:
    """A row whose lists are JSON."""
    return {name: orjson.dumps(v).decode() if isinstance(v, list) else v for name, v in row.items()}
