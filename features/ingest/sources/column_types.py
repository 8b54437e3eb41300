"""The types of text columns: what most of their values are written as, so that expressions can compute with them."""

# ruff: noqa: S608  (names are quoted; the expressions are those of whoever wrote the settings)
from __future__ import annotations

from collections.abc import Iterable, Mapping

import duckdb

from features import sql
from features.config.source import Source
from features.errors import StamkundError
from features.ingest.sources.rows import Rows
from features.ingest.sources.watermark import FormCounts, FullReadNeeded


def count_forms(
    connection: duckdb.DuckDBPyConnection, name: str, source: Source, rows: Rows, previous: Mapping[str, FormCounts]
) -> dict[str, FormCounts]:
    """How the values of the text columns that expressions compute with are written, those read before included.

    Raises :class:`FullReadNeeded` when that makes another type of a column than what was read before alone.
    """
    expressions = {column: text for column, text in source.columns.items() if not find_column(text, rows.columns)}
    operands = {
        operand for column, text in expressions.items() for operand in _columns_of(name, column, text, rows.columns)
    }
    if not rows.textual:
        return {}
    counts = {column: _count(connection, sql.name(column), previous.get(column)) for column in sorted(operands)}
    for column, earlier in previous.items():
        if column in counts and prevailing_type(counts[column]) != prevailing_type(earlier):
            raise FullReadNeeded(f"most values of {column} in {name} are of another type now")
    return counts


def prevailing_type(counts: FormCounts) -> str:
    """The DuckDB type that at least eight of ten values have; a value of another one makes its row rejected.

    The counts are of values, and of those with leading zeros, fractions, numbers, days, and moments.

    >>> prevailing_type((10, 0, 0, 8, 0, 0)), prevailing_type((10, 0, 1, 8, 0, 0)), prevailing_type((10, 1, 0, 9, 0, 0))
    ('BIGINT', 'DOUBLE', 'VARCHAR')
    """
    values, zeros, fractions, numbers, days, moments = counts
    if values == 0 or zeros:
        return "VARCHAR"
    if numbers >= 0.8 * values:
        return "DOUBLE" if fractions else "BIGINT"
    if days >= 0.8 * values:
        return "DATE"
    return "TIMESTAMP" if moments >= 0.8 * values else "VARCHAR"


def find_column(text: str, columns: Iterable[str]) -> str | None:
    """The column that a text names: exactly, or else in other letter cases.

    >>> find_column("Paid", ["paid", "PAID"]), find_column("paid * 2", ["paid"])
    ('paid', None)
    """
    exact = [column for column in columns if column == text]
    alike = [column for column in columns if column.lower() == text.lower()]
    return next(iter(exact or alike), None)


def _columns_of(name: str, column: str, text: str, columns: Iterable[str]) -> list[str]:
    """The source's columns that an expression computes with."""
    field = f"sources.{name}.columns.{column}"
    try:
        operands = sql.columns_of(text)
    except ValueError as error:
        msg = f"{field}: {text!r} is neither a column of the source nor an SQL expression: {error}"
        raise StamkundError("bad_expression", msg, field=field) from None
    return [own for operand in operands if (own := find_column(operand, columns))]


def _count(connection: duckdb.DuckDBPyConnection, column: str, previous: FormCounts | None) -> FormCounts:
    """The counts that :func:`prevailing_type` takes, of the table ``rows`` and what was read before."""
    text, whole = f"trim({column})", r"'[-+]?\d{1,18}'"
    number = f"isfinite(TRY_CAST({text} AS DOUBLE))"
    row = connection.execute(
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
    counts = tuple(map(int, row or ()))
    return tuple(map(sum, zip(counts, previous, strict=True))) if previous else counts
