"""A source's own columns as canonical ones, before anything is judged: names and expressions become one SELECT."""

# ruff: noqa: S608  (names are quoted; the expressions are those of whoever wrote the settings)
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb

from features import sql
from features.config.settings import Source
from features.errors import StamkundError
from features.ingest.sources.csv import FLAW, ROW
from features.ingest.sources.rows import Rows
from features.ingest.sources.watermark import Anew, Counts

UNREADABLE = "stamkund:unreadable"


@dataclass(frozen=True)
class Mapped:
    """The SELECT that yields ``stamkund:<canonical column>`` for each mapped column, and the types it has."""

    query: str
    types: Mapping[str, str]


def came(column: str) -> str:
    """The quoted name under which a canonical column's source value is known.

    >>> came("time")
    '"stamkund:time"'
    """
    return sql.name(f"stamkund:{column}")


def mapped(connection: duckdb.DuckDBPyConnection, name: str, source: Source, rows: Rows) -> Mapped:
    """Map the columns of the table ``rows``; what cannot be is told with the key it stands under."""
    plain = {column: found for column, text in source.columns.items() if (found := _named(text, rows.columns))}
    computed = {column: text for column, text in source.columns.items() if column not in plain}
    base = _typed(plain, {column: _prevailing(counts) for column, counts in rows.written.items()})
    types = {column: rows.columns[found] for column, found in plain.items()}
    types |= {column: _type(connection, name, column, text, base) for column, text in computed.items()}
    results = [f"({text}\n) AS {came(column)}" for column, text in computed.items()]
    kept = ", ".join([ROW, FLAW, sql.name(UNREADABLE), *map(came, plain), *results])
    return Mapped(f"SELECT {kept} FROM ({base})", types)


def written(
    connection: duckdb.DuckDBPyConnection, name: str, source: Source, rows: Rows, earlier: Mapping[str, Counts]
) -> dict[str, Counts]:
    """How the values of the text columns that expressions compute with are written, those read ``earlier`` included.

    Raises :class:`Anew` when that makes another type of a column than what was read earlier alone.
    """
    computed = {column: text for column, text in source.columns.items() if not _named(text, rows.columns)}
    used = {found for column, text in computed.items() for found in _read(name, column, text, rows.columns)}
    if not rows.textual:
        return {}
    counts = {column: _counted(connection, sql.name(column), earlier.get(column)) for column in sorted(used)}
    for column, known in earlier.items():
        if column in counts and _prevailing(counts[column]) != _prevailing(known):
            raise Anew(f"most values of {column} in {name} are of another type now")
    return counts


def _named(text: str, columns: Iterable[str]) -> str | None:
    exact = [column for column in columns if column == text]
    alike = [column for column in columns if column.lower() == text.lower()]
    return next(iter(exact or alike), None)


def _read(name: str, column: str, text: str, columns: Iterable[str]) -> list[str]:
    field = f"sources.{name}.columns.{column}"
    try:
        read = sql.columns_of(text)
    except ValueError as error:
        msg = f"{field}: {text!r} is neither a column of the source nor an SQL expression: {error}"
        raise StamkundError("bad_expression", msg, field=field) from None
    found = {each: _named(each, columns) for each in read}
    return [known for known in found.values() if known]


def _typed(plain: Mapping[str, str], typed: Mapping[str, str]) -> str:
    """The rows with the plainly mapped columns copied as they came, and texts that expressions compute with, typed."""
    copies = [f"{sql.name(found)} AS {came(column)}" for column, found in plain.items()]
    casts = [f"{_cast(column, type_)} AS {sql.name(column)}" for column, type_ in typed.items()]
    missed = [
        f"CASE WHEN trim({sql.name(column)}) <> '' AND {_cast(column, type_)} IS NULL THEN {sql.literal(column)} END"
        for column, type_ in typed.items()
        if type_ != "VARCHAR"
    ]
    replaced = f" REPLACE ({', '.join(casts)})" if casts else ""
    unreadable = f"coalesce({', '.join(missed)})" if missed else "CAST(NULL AS VARCHAR)"
    parts = [f"*{replaced}", *copies, f"{unreadable} AS {sql.name(UNREADABLE)}"]
    return f"SELECT {', '.join(parts)} FROM rows"


def _cast(column: str, type_: str) -> str:
    return f"TRY_CAST(nullif(trim({sql.name(column)}), '') AS {type_})" if type_ != "VARCHAR" else sql.name(column)


def _counted(connection: duckdb.DuckDBPyConnection, column: str, earlier: Counts | None) -> Counts:
    """How many values there are, and how many are written as what :func:`_prevailing` tells apart."""
    text, whole = f"trim({column})", r"'[-+]?\d{1,18}'"
    number = f"isfinite(TRY_CAST({text} AS DOUBLE))"
    counted = connection.execute(
        f"""
        SELECT count(*) FILTER ({text} <> ''),
               count(*) FILTER (regexp_full_match({text}, '0\\d+')),
               count(*) FILTER ({number} AND NOT regexp_full_match({text}, {whole})),
               count(*) FILTER ({number}),
               count(*) FILTER (regexp_full_match({text}, '\\d{{4}}[-/]\\d{{1,2}}[-/]\\d{{1,2}}')),
               count(TRY_CAST({text} AS TIMESTAMP))
        FROM rows
        """
    ).fetchone()
    now = tuple(map(int, counted or ()))
    return tuple(map(sum, zip(now, earlier, strict=True))) if earlier else now


def _prevailing(counts: Counts) -> str:
    """The type that at least eight of ten values have; whoever has another is rejected for it."""
    present, zeros, fractions, numbers, days, moments = counts
    if present == 0 or zeros:
        return "VARCHAR"
    if numbers >= 0.8 * present:
        return "DOUBLE" if fractions else "BIGINT"
    if days >= 0.8 * present:
        return "DATE"
    return "TIMESTAMP" if moments >= 0.8 * present else "VARCHAR"


def _type(connection: duckdb.DuckDBPyConnection, name: str, column: str, text: str, base: str) -> str:
    try:
        described = connection.execute(f"DESCRIBE SELECT ({text}\n) AS value FROM ({base})").fetchone()
    except duckdb.Error as error:
        field = f"sources.{name}.columns.{column}"
        raise _unbound(_described(connection, base), field, text, error) from None
    return str(described[1]) if described else "VARCHAR"


def _described(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, str]:
    described = connection.execute(f"DESCRIBE {query}").fetchall()
    own = {ROW, FLAW, UNREADABLE}
    return {str(row[0]): str(row[1]) for row in described if row[0] not in own and not row[0].startswith("stamkund:")}


def _unbound(columns: Mapping[str, str], field: str, text: str, error: Exception) -> StamkundError:
    named = {read: _named(read, columns) for read in sorted(sql.columns_of(text))}
    for read, found in named.items():
        if found is None:
            unknown = StamkundError.unknown("unknown_source_column", "column", read, columns)
            return StamkundError(unknown.code, f"{field}: {unknown}", field=field)
    types = ", ".join(f"{found} is {columns[found]}" for found in named.values() if found)
    msg = f"{field}: {text!r} cannot be computed ({types}): {str(error).splitlines()[0]}"
    return StamkundError("bad_expression", msg, field=field)
