"""The mapping of a source's own columns onto canonical ones: names and expressions become one SELECT."""

# ruff: noqa: S608  (names are quoted; the expressions are those of whoever wrote the settings)
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from features import sql
from features.config.source import Source
from features.errors import StamkundError
from features.ingest.sources.column_types import find_column, prevailing_type
from features.ingest.sources.places import FLAW, ROW
from features.ingest.sources.rows import Rows

UNREADABLE = "stamkund:unreadable"


@dataclass(frozen=True)
class Projection:
    """The SELECT that yields ``stamkund:<canonical column>`` for each mapped column, and the DuckDB types of these."""

    query: str
    types: Mapping[str, str]


def source_value(column: str) -> str:
    """The quoted name of the column that holds what the source gives for a canonical one.

    >>> source_value("time")
    '"stamkund:time"'
    """
    return sql.name(f"stamkund:{column}")


def project(connection: duckdb.DuckDBPyConnection, name: str, source: Source, rows: Rows) -> Projection:
    """Map the columns of the table ``rows``; an error names the key of the settings that cannot be mapped."""
    copies = {column: own for column, text in source.columns.items() if (own := find_column(text, rows.columns))}
    expressions = {column: text for column, text in source.columns.items() if column not in copies}
    base = _typed_rows(copies, {column: prevailing_type(counts) for column, counts in rows.forms.items()})
    types = {column: rows.columns[own] for column, own in copies.items()}
    types |= {column: _type(connection, name, column, text, base) for column, text in expressions.items()}
    results = [f"({text}\n) AS {source_value(column)}" for column, text in expressions.items()]
    columns = ", ".join([ROW, FLAW, sql.name(UNREADABLE), *map(source_value, copies), *results])
    return Projection(f"SELECT {columns} FROM ({base})", types)


def _typed_rows(copies: Mapping[str, str], types: Mapping[str, str]) -> str:
    """The rows with the plainly mapped columns copied as they came, and those of ``types`` cast for expressions."""
    parts = [f"{sql.name(own)} AS {source_value(column)}" for column, own in copies.items()]
    casts = [f"{_cast(column, type_)} AS {sql.name(column)}" for column, type_ in types.items()]
    failures = [
        f"CASE WHEN trim({sql.name(column)}) <> '' AND {_cast(column, type_)} IS NULL THEN {sql.literal(column)} END"
        for column, type_ in types.items()
        if type_ != "VARCHAR"
    ]
    replace = f" REPLACE ({', '.join(casts)})" if casts else ""
    unreadable = f"coalesce({', '.join(failures)})" if failures else "CAST(NULL AS VARCHAR)"
    return f"SELECT {', '.join([f'*{replace}', *parts, f'{unreadable} AS {sql.name(UNREADABLE)}'])} FROM rows"


def _cast(column: str, type_: str) -> str:
    return f"TRY_CAST(nullif(trim({sql.name(column)}), '') AS {type_})" if type_ != "VARCHAR" else sql.name(column)


def _type(connection: duckdb.DuckDBPyConnection, name: str, column: str, text: str, base: str) -> str:
    """The type of an expression over the query ``base``."""
    try:
        return sql.describe(connection, f"SELECT ({text}\n) AS value FROM ({base})")["value"]
    except duckdb.Error as error:
        field = f"sources.{name}.columns.{column}"
        raise _bad_expression(_own_columns(connection, base), field, text, error) from None


def _own_columns(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, str]:
    """The types of a query's columns that are the source's."""
    columns = sql.describe(connection, query).items()
    return {name: type_ for name, type_ in columns if name not in {ROW, FLAW} and not name.startswith("stamkund:")}


def _bad_expression(columns: Mapping[str, str], field: str, text: str, error: Exception) -> StamkundError:
    operands = {operand: find_column(operand, columns) for operand in sorted(sql.columns_of(text))}
    for operand, column in operands.items():
        if column is None:
            unknown = StamkundError.unknown("unknown_source_column", "column", operand, columns)
            return StamkundError(unknown.code, f"{field}: {unknown}", field=field)
    types = ", ".join(f"{column} is {columns[column]}" for column in operands.values() if column)
    msg = f"{field}: {text!r} cannot be computed ({types}): {str(error).splitlines()[0]}"
    return StamkundError("bad_expression", msg, field=field)
