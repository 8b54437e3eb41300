"""How the values of a column are written: the table ``cells`` (its different values, ``seen`` so often) tells."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from dataclasses import replace

import duckdb

from features import sql
from features.onboarding.facts.column import NEARLY_ALL, Column
from features.onboarding.facts.format_sql import moment_sql, number_sql
from features.reading.recognition import ISO, number_formats, time_formats

_TEXT = "VARCHAR"
_WHOLE = frozenset(
    {"BIGINT", "UBIGINT", "HUGEINT", "UHUGEINT", "INTEGER", "UINTEGER", "SMALLINT", "USMALLINT", "TINYINT", "UTINYINT"}
)
_CLOCKS = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p")
_LONGEST, _EPOCH = 60, 10  # signs of a number or a time, and digits of a number of seconds since 1970


def with_forms(connection: duckdb.DuckDBPyConnection, column: Column) -> Column:
    """The column with how its values are written, as numbers and as times."""
    if column.type == "BOOLEAN" or column.longest > _LONGEST:
        return column
    if column.type == _TEXT and (clock := _clock(connection)):
        return replace(column, clock=clock)
    if column.type.startswith(("TIMESTAMP", "DATE")):
        return replace(column, times=(ISO,), days=column.present if column.type == "DATE" else _days(connection))
    if column.type in _WHOLE or column.type.startswith(("DECIMAL", "DOUBLE", "FLOAT")):
        may_be_time = column.type in _WHOLE and column.longest >= _EPOCH
        times = tuple(time_formats(connection, "cells", "cell")) if may_be_time else ()
        return _with_facts(connection, replace(column, numbers=(ISO,), times=times))
    return _with_facts(connection, _of_texts(connection, column)) if column.type == _TEXT else column


def _of_texts(connection: duckdb.DuckDBPyConnection, column: Column) -> Column:
    """The column with the formats that all texts fit; else with those that all of the usual forms fit."""
    for cells in ("cells", "usual_cells"):
        if cells == "usual_cells" and not _usual_cells(connection):
            return column
        numbers = tuple(number_formats(connection, cells, "cell"))
        times = tuple(time_formats(connection, cells, "cell"))
        if numbers or times:
            found = replace(column, numbers=numbers, times=_fewest_months_first(connection, times))
            return _with_odd_ones(connection, found) if cells == "usual_cells" else found
    return column


def _usual_cells(connection: duckdb.DuckDBPyConnection) -> bool:
    """Put the cells of the usual forms into ``usual_cells``; whether there are others, few as they are."""
    connection.execute(
        rf"""
        CREATE OR REPLACE TEMP TABLE usual_cells AS
        WITH forms AS (
            SELECT cell, seen,
                   regexp_replace(regexp_replace(cell, '[\p{{L}}]+', 'a', 'g'), '[0-9]+', '9', 'g') AS form
            FROM cells
        ), counts AS (
            SELECT form, sum(sum(seen)) OVER (ORDER BY sum(seen) DESC, form) - sum(seen) AS before,
                   sum(sum(seen)) OVER () AS total
            FROM forms GROUP BY form
        )
        SELECT cell, seen FROM forms JOIN counts USING (form) WHERE before < {NEARLY_ALL} * total
        """
    )
    return sql.row_count(connection, "usual_cells") < sql.row_count(connection, "cells")


def _with_odd_ones(connection: duckdb.DuckDBPyConnection, column: Column) -> Column:
    """The column with how many of its values are not written as the others, and one of them."""
    as_number, as_moment = (
        number_sql("cell", column.numbers[0]) if column.numbers else "NULL",
        moment_sql("cell", column.times[0]) if column.times else "NULL",
    )
    query = f"SELECT coalesce(sum(seen), 0), min(cell) FROM cells WHERE {as_number} IS NULL AND {as_moment} IS NULL"
    odd, example = connection.execute(query).fetchone() or (0, None)
    return replace(column, odd=int(odd), odd_example=str(example or ""))


def _clock(connection: duckdb.DuckDBPyConnection) -> str:
    """The format of hours without a day that all cells fit; empty where there is none."""
    fits = [f"bool_and(try_strptime(cell, {sql.literal(form)}) IS NOT NULL)" for form in _CLOCKS]
    row = connection.execute(f"SELECT {', '.join(fits)} FROM cells").fetchone() or ()
    return next((form for form, fit in zip(_CLOCKS, row, strict=True) if fit), "")


def _fewest_months_first(connection: duckdb.DuckDBPyConnection, times: tuple[str, ...]) -> tuple[str, ...]:
    """Formats of which several fit, the likeliest first: a file is of few months, and of all days of them."""
    if len(times) < 2:
        return times
    months = [f"count(DISTINCT date_trunc('month', {moment_sql('cell', form)}))" for form in times]
    row = connection.execute(f"SELECT {', '.join(months)} FROM cells").fetchone() or ()
    counts = dict(zip(times, row, strict=True))
    return tuple(sorted(times, key=lambda form: counts[form]))


def _days(connection: duckdb.DuckDBPyConnection) -> int:
    """How many values tell no hour."""
    query = r"SELECT coalesce(sum(seen), 0) FROM cells WHERE NOT regexp_matches(cell, '\d[ T:,.-]+\d?\d[:h.]\d\d')"
    return int((connection.execute(query).fetchone() or (0,))[0])


def _with_facts(connection: duckdb.DuckDBPyConnection, column: Column) -> Column:
    """The column with the bounds of its numbers, and how many of its times are days."""
    column = replace(column, days=_days(connection)) if column.times else column
    if not column.numbers:
        return column
    number = number_sql("cell", column.numbers[0])
    row = connection.execute(
        f"""
        SELECT min(x), max(x), coalesce(sum(seen) FILTER (x < 0), 0),
               max(length(rtrim(split_part(CAST(x AS VARCHAR), '.', 2), '0'))), bool_and(plain)
        FROM (SELECT {number} AS x, TRY_CAST(cell AS DOUBLE) IS NOT NULL AS plain, seen FROM cells)
        """
    ).fetchone()
    low, high, negative, decimals, plain = row or (None, None, 0, 0, False)
    return replace(
        column, low=None if low is None else float(low), high=None if high is None else float(high),
        negative=int(negative), decimals=int(decimals or 0), is_plain=bool(plain) and column.numbers[0] == ISO,
    )  # fmt: skip
