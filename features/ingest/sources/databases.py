"""Rows of a database: what a source's query selects, every value as text, so that each of them can be checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

import duckdb
import pyarrow as pa
import sqlalchemy as sa

from features import sql
from features.config.locations import expand
from features.config.source import Source
from features.errors import StamkundError
from features.ingest.sources.formats.places import FLAW, ROW
from features.moments import utc

_BATCH = 10_000
_SINCE = "since"


def reads_since(source: Source) -> bool:
    """Whether a source's query can select only what is new: whether it names ``:since``."""
    return _SINCE in sa.text(source.query or "").compile().params


def display_url(source: Source, field: str) -> str:
    """The database's URL without its password."""
    return _engine(source, field).url.render_as_string(hide_password=True)


def select(connection: duckdb.DuckDBPyConnection, source: Source, field: str, *, since: int) -> None:
    """Fill the table ``rows`` with what the query selects; ``:since`` in it is a moment in µs, as UTC text."""
    engine = _engine(source, field)
    try:
        with engine.connect().execution_options(stream_results=True) as database:
            result = database.execute(_statement(source, since))
            names = list(result.keys())
            _fill(connection, names, (list(batch) for batch in result.partitions(_BATCH)))
    except sa.exc.SQLAlchemyError as error:
        place = engine.url.render_as_string(hide_password=True)
        msg = f"The query on {place} does not run: {sql.first_line(error)}. Mend `{field}.query`."
        raise StamkundError("bad_query", msg, field=f"{field}.query") from None
    finally:
        engine.dispose()


def _statement(source: Source, since: int) -> sa.TextClause:
    statement = sa.text(source.query or "")
    if not reads_since(source):
        return statement
    moment = f"{utc(since):%Y-%m-%d %H:%M:%S}+00:00"
    # Of no type, so that the database takes it for whatever it is compared with.
    return statement.bindparams(sa.bindparam(_SINCE, moment, type_=sa.types.NullType()))


def _engine(source: Source, field: str) -> sa.Engine:
    url = expand(str(source.origin), field=f"{field}.from")
    try:
        return sa.create_engine(url, hide_parameters=True)
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ModuleNotFoundError) as error:
        msg = (
            f"This is no database URL that can be used here: {sql.first_line(error)}. "
            "Give one such as postgresql://user@host/database, and install its driver."
        )
        raise StamkundError("bad_database_url", msg, field=f"{field}.from") from None


def _fill(
    connection: duckdb.DuckDBPyConnection, names: Sequence[str], batches: Iterator[list[sa.Row[tuple[object, ...]]]]
) -> None:
    columns = ", ".join(f"{sql.name(name)} VARCHAR" for name in names)
    connection.execute(f"CREATE OR REPLACE TABLE rows ({ROW} BIGINT, {FLAW} VARCHAR, {columns})")
    count = 0
    for batch in batches:
        numbers = pa.array(range(count + 1, count + len(batch) + 1), pa.int64())
        texts = [pa.array([_text(row[place]) for row in batch], pa.string()) for place in range(len(names))]
        table = pa.Table.from_arrays([numbers, *texts], names=[ROW, *names])
        connection.register("batch", table)
        connection.execute("INSERT INTO rows BY NAME SELECT * FROM batch")
        connection.unregister("batch")
        count += len(batch)


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return str(value)
