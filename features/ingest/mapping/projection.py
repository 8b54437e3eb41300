"""The mapping of a source's own columns onto canonical ones: names and expressions become one SELECT."""

# ruff: noqa: S608  (names are quoted; the expressions are those of whoever wrote the settings)
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from features import sql, sql_tree
from features.config.source import Source
from features.errors import StamkundError
from features.events.money import Money
from features.ingest.mapping.canonical_values import typed_value
from features.ingest.mapping.casts import create_readers, with_readers
from features.ingest.mapping.value import Value
from features.ingest.sources.column_types import find_column, operands_of, prevailing_type
from features.ingest.sources.formats.places import FLAW, ROW
from features.ingest.sources.rows import Rows
from features.reading.formats import Format, parse_format

UNREADABLE = "stamkund:unreadable"


@dataclass(frozen=True)
class Projection:
    """The SELECT that yields ``stamkund:<canonical column>`` for each mapped column, and what these values are."""

    query: str
    values: Mapping[str, Value]


def source_value(column: str) -> str:
    """The quoted name of the column that holds what the source gives for a canonical one.

    >>> source_value("time")
    '"stamkund:time"'
    """
    return sql.name(f"stamkund:{column}")


def project(connection: duckdb.DuckDBPyConnection, name: str, source: Source, rows: Rows, money: Money) -> Projection:
    """Map the columns of the table ``rows``; an error names the key of the settings that cannot be mapped."""
    formats = _formats(name, source, rows)
    operands = operands_of(name, source, rows)
    types = rows.columns
    own_values = {c: Value(sql.name(c), types[c], source.timezone, form) for c, form in formats.items()}
    casts = _numbers(rows) | {c: _typed(value, f"sources.{name}.formats", c, money) for c, value in own_values.items()}
    copies = {column: own for column, text in source.mapping.items() if (own := find_column(text, rows.columns))}
    expressions = {column: text for column, text in source.mapping.items() if column not in copies}
    base = _typed_rows(copies, {column: cast for column, cast in casts.items() if column in operands})
    values = {
        column: Value(source_value(column), types[own], source.timezone, formats.get(own))
        for column, own in copies.items()
    }
    if any(with_readers(text) != text for text in (*expressions.values(), source.where or "true")):
        create_readers(connection, source.timezone)
    for column, text in expressions.items():
        type_ = _type(connection, f"sources.{name}.{source.key_of(column)}", text, base)
        values[column] = Value(source_value(column), type_, source.timezone)
    results = [f"({with_readers(text)}\n) AS {source_value(column)}" for column, text in expressions.items()]
    columns = ", ".join([ROW, FLAW, sql.name(UNREADABLE), *map(source_value, copies), *results])
    return Projection(f"SELECT {columns} FROM ({base}){_condition(connection, name, source, base)}", values)


def failed_expression(name: str, error: Exception) -> StamkundError:
    """The error of an expression of a source that fails on a row."""
    field = f"sources.{name}.columns"
    msg = f"{field}: an expression fails on a row ({str(error).splitlines()[0]}); use TRY_CAST in it."
    return StamkundError("bad_expression", msg, field=field)


def _condition(connection: duckdb.DuckDBPyConnection, name: str, source: Source, base: str) -> str:
    """Which rows count: those of ``where``, and those that cannot be asked."""
    if source.where is None:
        return ""
    _type(connection, f"sources.{name}.where", f"CAST(({source.where}\n) AS BOOLEAN)", base)
    return f" WHERE ({with_readers(source.where)}\n) OR {FLAW} IS NOT NULL OR {sql.name(UNREADABLE)} IS NOT NULL"


def _formats(name: str, source: Source, rows: Rows) -> dict[str, Format]:
    """The formats of the source's columns."""
    formats = {}
    for column, text in source.formats.items():
        own, field = find_column(column, rows.columns), f"sources.{name}.formats.{column}"
        if own is None:
            unknown = StamkundError.unknown("unknown_source_column", "column", column, rows.columns)
            raise StamkundError(unknown.code, f"{field}: {unknown}", field=field)
        formats[own] = parse_format(text)
    return formats


def _typed(value: Value, field: str, column: str, money: Money) -> str:
    """What a column with a format is for expressions."""
    cast = typed_value(value, money)
    if cast is None:
        msg = f"{field}.{column}: {column} is of the type {value.type} already. Take its format away."
        raise StamkundError("bad_format", msg, field=f"{field}.{column}")
    return cast


def _numbers(rows: Rows) -> dict[str, str]:
    """The text columns that are numbers for expressions."""
    types = {column: prevailing_type(counts) for column, counts in rows.forms.items()}
    return {
        column: f"TRY_CAST(nullif(trim({sql.name(column)}), '') AS {type_})"
        for column, type_ in types.items()
        if type_ != "VARCHAR"
    }


def _typed_rows(copies: Mapping[str, str], casts: Mapping[str, str]) -> str:
    """The rows with the plainly mapped columns copied as they came, and others cast for expressions."""
    parts = [f"{sql.name(own)} AS {source_value(column)}" for column, own in copies.items()]
    failures = [
        f"CASE WHEN trim(CAST({sql.name(column)} AS VARCHAR)) <> '' AND {cast} IS NULL THEN {sql.literal(column)} END"
        for column, cast in casts.items()
    ]
    replaced = ", ".join(f"{cast} AS {sql.name(column)}" for column, cast in casts.items())
    replace = f" REPLACE ({replaced})" if casts else ""
    unreadable = f"coalesce({', '.join(failures)})" if failures else "CAST(NULL AS VARCHAR)"
    return f"SELECT {', '.join([f'*{replace}', *parts, f'{unreadable} AS {sql.name(UNREADABLE)}'])} FROM rows"


def _type(connection: duckdb.DuckDBPyConnection, field: str, text: str, base: str) -> str:
    """The type of an expression over the query ``base``."""
    try:
        return sql.describe(connection, f"SELECT ({with_readers(text)}\n) AS value FROM ({base})")["value"]
    except duckdb.Error as error:
        raise _bad_expression(_own_columns(connection, base), field, text, error) from None


def _own_columns(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, str]:
    """The types of a query's columns that are the source's."""
    columns = sql.describe(connection, query).items()
    return {name: type_ for name, type_ in columns if name not in {ROW, FLAW} and not name.startswith("stamkund:")}


def _bad_expression(columns: Mapping[str, str], field: str, text: str, error: Exception) -> StamkundError:
    operands = {operand: find_column(operand, columns) for operand in sorted(sql_tree.columns_of(text))}
    for operand, column in operands.items():
        if column is None:
            unknown = StamkundError.unknown("unknown_source_column", "column", operand, columns)
            return StamkundError(unknown.code, f"{field}: {unknown}", field=field)
    types = ", ".join(f"{column} is {columns[column]}" for column in operands.values() if column)
    msg = f"{field}: {text!r} cannot be computed ({types}): {str(error).splitlines()[0]}"
    return StamkundError("bad_expression", msg, field=field)
