"""The types of text columns that expressions compute with: numbers where they are written as numbers, else texts."""

# ruff: noqa: S608  (names are quoted; the expressions are those of whoever wrote the settings)
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import duckdb

from features import sql, sql_tree
from features.config.source import Source
from features.errors import StamkundError
from features.ingest.sources.rows import Rows
from features.ingest.sources.watermark import FormCounts, FullReadNeeded

_WHOLE = "[-+]?[0-9]+"
_NUMBER = "[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]{1,3})?"


def count_forms(
    connection: duckdb.DuckDBPyConnection, name: str, source: Source, rows: Rows, previous: Mapping[str, FormCounts]
) -> dict[str, FormCounts]:
    """How the values of the text columns that expressions compute with are written, those read before included.

    Raises :class:`FullReadNeeded` when that makes another type of a column than what was read before alone.
    """
    if not rows.textual:
        return {}
    formatted = {find_column(column, rows.columns) for column in source.formats}
    counts = {
        column: _count(connection, column, previous.get(column))
        for column in sorted(operands_of(name, source, rows) - formatted)
    }
    for column, earlier in previous.items():
        if column in counts and prevailing_type(counts[column]) != prevailing_type(earlier):
            raise FullReadNeeded(f"most values of {column} in {name} are of another type now")
    return counts


def operands_of(name: str, source: Source, rows: Rows) -> set[str]:
    """The source's columns that its expressions compute with."""
    return {column for key, text in _expressions(source, rows) for column in _columns_of(name, key, text, rows)}


def prevailing_type(counts: FormCounts) -> str:
    """The DuckDB type that at least eight of ten values have; a value of another one makes its row rejected.

    The counts are of values, of those that are texts though they look like numbers (leading zeros, more digits than a
    number keeps), of those with more than 15 digits, of fractions, and of numbers.

    >>> prevailing_type((10, 0, 0, 0, 8)), prevailing_type((10, 0, 0, 1, 8)), prevailing_type((10, 1, 0, 0, 9))
    ('BIGINT', 'DOUBLE', 'VARCHAR')
    """
    values, texts, wide, fractions, numbers = counts
    if values == 0 or texts or numbers < 0.8 * values or (fractions and wide):
        return "VARCHAR"
    return "DOUBLE" if fractions else "BIGINT"


def find_column(text: str, columns: Iterable[str]) -> str | None:
    """The column that a text names: exactly, or else in other letter cases.

    >>> find_column("Paid", ["paid", "PAID"]), find_column("paid * 2", ["paid"])
    ('paid', None)
    """
    exact = [column for column in columns if column == text]
    alike = [column for column in columns if column.lower() == text.lower()]
    return next(iter(exact or alike), None)


def mapped_columns(source: Source, columns: Iterable[str]) -> set[str]:
    """The source's own columns that its mapping and its condition read.

    >>> source = Source.model_validate({"from": "o.csv", "kind": "order", "columns": {"id": "Who", "time": "a || b"}})
    >>> sorted(mapped_columns(source, ["who", "a", "b", "c"]))
    ['a', 'b', 'who']
    """
    names, texts = list(columns), [*source.mapping.values(), *([source.where] if source.where else [])]
    plain = {text: find_column(text, names) for text in texts}
    operands = (
        find_column(each, names) for text, own in plain.items() if not own for each in sql_tree.columns_of(text)
    )
    return {column for column in (*plain.values(), *operands) if column}


def _expressions(source: Source, rows: Rows) -> Iterator[tuple[str, str]]:
    """Each expression of a source, with the key that it stands under."""
    for column, text in source.mapping.items():
        if not find_column(text, rows.columns):
            yield source.key_of(column), text
    if source.where is not None:
        yield "where", source.where


def _columns_of(name: str, key: str, text: str, rows: Rows) -> list[str]:
    """The source's columns that an expression computes with."""
    field = f"sources.{name}.{key}"
    try:
        operands = sql_tree.columns_of(text)
    except ValueError as error:
        msg = f"{field}: {text!r} is neither a column of the source nor an SQL expression: {error}"
        raise StamkundError("bad_expression", msg, field=field) from None
    return [own for operand in operands if (own := find_column(operand, rows.columns))]


def _count(connection: duckdb.DuckDBPyConnection, column: str, previous: FormCounts | None) -> FormCounts:
    """The counts that :func:`prevailing_type` takes, of the table ``rows`` and what was read before."""
    digits = "CASE WHEN length(text) > 15 THEN length(regexp_replace(text, '[^0-9]', '', 'g')) ELSE 0 END"
    row = connection.execute(
        f"""
        SELECT count(*) FILTER (text <> ''),
               count(*) FILTER (number AND (regexp_full_match(text, '[-+]?0[0-9]+') OR {digits} > 18)),
               count(*) FILTER (number AND {digits} > 15),
               count(*) FILTER (number AND NOT regexp_full_match(text, '{_WHOLE}')),
               count(*) FILTER (number)
        FROM (
            SELECT text, regexp_full_match(text, '{_NUMBER}') AND isfinite(TRY_CAST(text AS DOUBLE)) AS number
            FROM (SELECT trim({sql.name(column)}) AS text FROM rows)
        )
        """
    ).fetchone()
    counts = tuple(map(int, row or ()))
    return tuple(map(sum, zip(counts, previous, strict=True))) if previous else counts
