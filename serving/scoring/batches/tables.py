"""Rows of a batch in a table of a database: filled beside it, then put in place in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain
from typing import Any, Final

import orjson
import polars as pl
import polars.selectors as cs
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from features.errors import StamkundError
from serving.store.engine import changing_tables

_SQL: Final[dict[type[pl.DataType], sa.types.TypeEngine[Any]]] = {
    pl.Float64: sa.Float(53),
    pl.Int64: sa.BigInteger(),
    pl.String: sa.Text(),
    pl.Boolean: sa.Boolean(),
    pl.Date: sa.Date(),
    pl.Datetime: sa.DateTime(),
}
Row = dict[str, object]
Marks = Callable[[str], bool]  # whether a column says the same in all rows of a batch, by which they are known


def of_scores(column: str) -> bool:
    """Scores of one batch are of one moment, by the same versions."""
    return column == "as_of" or column.endswith("_version")


def write_table(frames: Iterator[pl.DataFrame], url: str, table: str, *, append: bool, marks: Marks = of_scores) -> int:
    """Put the rows of frames of one schema, at least one, in the place of a table's rows; the number of rows.

    With ``append`` only in the place of those of the same batch, by its ``marks``. Whoever reads the table meanwhile
    finds it as it was. Moments are UTC.
    """
    engine = sa.create_engine(url, hide_parameters=True)
    first = next(frames)
    new = sa.Table(f"{table}__new", sa.MetaData(), *_columns(first.schema))
    try:
        new.drop(engine, checkfirst=True)  # of a batch that was killed
        new.create(engine)
        count, batch = _fill(engine, new, chain([first], frames), marks)
        with changing_tables(engine) as connection:
            if append and sa.inspect(connection).has_table(table):
                _append(connection, new, table, batch)
            else:
                _replace(connection, new, table)
    finally:
        with suppress(SQLAlchemyError):  # it is gone where all went well
            new.drop(engine, checkfirst=True)
        engine.dispose()
    return count


def _columns(schema: pl.Schema) -> list[sa.Column[Any]]:
    return [sa.Column(name, _SQL.get(type_.base_type(), sa.Text())) for name, type_ in schema.items()]


def _fill(engine: Engine, new: sa.Table, frames: Iterator[pl.DataFrame], marks: Marks) -> tuple[int, Row | None]:
    """Insert the rows; how many there are, and the batch's marks, which are the same in all of them."""
    count, batch = 0, None
    for frame in frames:
        if frame.height:
            plain = frame.with_columns(cs.datetime(time_zone="*").dt.replace_time_zone(None))
            rows = [_flat(row) for row in plain.iter_rows(named=True)]
            with engine.begin() as connection:
                connection.execute(sa.insert(new), rows)
            batch = {name: value for name, value in rows[0].items() if marks(name)}
        count += frame.height
    return count, batch


def _replace(connection: Connection, new: sa.Table, table: str) -> None:
    quote = connection.dialect.identifier_preparer.quote
    connection.execute(sa.text(f"DROP TABLE IF EXISTS {quote(table)}"))
    connection.execute(sa.text(f"ALTER TABLE {quote(new.name)} RENAME TO {quote(table)}"))


def _append(connection: Connection, new: sa.Table, table: str, batch: Row | None) -> None:
    """Move the rows into a table, from which those of the same batch go."""
    old = sa.Table(table, sa.MetaData(), *(sa.Column(column.name, column.type) for column in new.columns))
    _check_columns(connection, new, table)
    if batch is not None:
        same = (old.c[name].is_not_distinct_from(value) for name, value in batch.items())
        connection.execute(sa.delete(old).where(*same))
        names = [column.name for column in new.columns]
        connection.execute(sa.insert(old).from_select(names, sa.select(new)))
    new.drop(connection)


def _check_columns(connection: Connection, new: sa.Table, table: str) -> None:
    there = {column["name"] for column in sa.inspect(connection).get_columns(table)}
    ours = {column.name for column in new.columns}
    if there != ours:
        told = [f"no {', '.join(sorted(ours - there))}"] if ours - there else []
        told += [f"{', '.join(sorted(there - ours))} besides"] if there - ours else []
        message = (
            f"The table {table} has other columns than these rows ({'; '.join(told)}): what is written has "
            "changed since. Append to another table, or replace this one without --append."
        )
        raise StamkundError("other_columns", message, field="table")


def _flat(row: Row) -> Row:
    """A row whose lists are JSON."""
    return {name: orjson.dumps(v).decode() if isinstance(v, list) else v for name, v in row.items()}
