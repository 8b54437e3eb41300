"""The facts about the columns of a relation, counted."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import duckdb

from features import sql
from features.onboarding.facts.column import NEARLY_ALL, Column
from features.onboarding.facts.written import moment_sql, number_sql
from features.reading.recognition import ISO, number_formats, time_formats

_MISSING = ("nan", "none", "null", "<na>", "n/a", "na", "undefined", "nil", "-", "\\n", "#n/a", "nat")
_COMMON = 60  # values that are counted one by one
_TEXT = "VARCHAR"
_CLOCKS = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p")
_LONGEST, _EPOCH = 60, 10  # signs of a number or a time, and digits of a number of seconds since 1970


def add_readings(connection: duckdb.DuckDBPyConnection, raw: str, columns: Mapping[str, Column], relation: str) -> None:
    """Make a relation of a raw one, in which what was read of each column stands beside it: text, number, moment."""
    added = [f"{text_sql(name)} AS {reading(name, 'text')}" for name in columns]
    for name, column in columns.items():
        if column.numbers:
            added.append(f"{_number(text_sql(name), column)} AS {reading(name, 'number')}")
        if column.times:
            added.append(f"{_moment(text_sql(name), column)} AS {reading(name, 'moment')}")
    connection.execute(f"CREATE OR REPLACE TABLE {relation} AS SELECT {', '.join(['*', *added])} FROM {raw}")


def _number(text: str, column: Column) -> str:
    if column.is_plain:
        return f"TRY_CAST({text} AS DOUBLE)"
    return f"CAST({number_sql(text, column.numbers[0])} AS DOUBLE)"


def _moment(text: str, column: Column) -> str:
    if column.type.startswith(("TIMESTAMP", "DATE")):
        return f"CAST({sql.name(column.name)} AS TIMESTAMP)"
    return moment_sql(text, column.times[0])


def reading(name: str, of: str) -> str:
    """The quoted name of the column that holds what was read of a column.

    >>> reading("paid", "number")
    '"number of paid"'
    """
    return sql.name(f"{of} of {name}")


def columns_of(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, Column]:
    """The columns of a relation, by name, with what its values say."""
    rows = sql.row_count(connection, relation)
    types = sql.describe(connection, relation)
    return {name: _column(connection, relation, name, type_, rows) for name, type_ in types.items()}


def text_sql(name: str) -> str:
    """The text of a column's value, null where there is none or where it stands for none."""
    text = f"trim(CAST({sql.name(name)} AS VARCHAR))"
    return f"CASE WHEN lower({text}) NOT IN ('', {', '.join(map(sql.literal, _MISSING))}) THEN {text} END"


def _column(connection: duckdb.DuckDBPyConnection, relation: str, name: str, type_: str, rows: int) -> Column:
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE cells AS
        SELECT {text_sql(name)} AS cell, count(*) AS seen FROM {relation} GROUP BY 1 HAVING cell IS NOT NULL
        """
    )
    counts = connection.execute(
        """
        SELECT coalesce(sum(seen), 0), count(*),
               coalesce(sum(seen) FILTER (cell LIKE '%_@_%._%' AND cell NOT LIKE '% %'), 0),
               coalesce(sum(seen) FILTER (cell <> lower(cell)), 0), coalesce(max(length(cell)), 0)
        FROM cells
        """
    ).fetchone()
    present, distinct, emails, upper, longest = map(int, counts or (0,) * 5)
    common = connection.execute(f"SELECT cell, seen FROM cells ORDER BY seen DESC, cell LIMIT {_COMMON}").fetchall()
    column = Column(
        name, type_, rows, present, distinct, emails=emails, upper=upper, longest=longest,
        common={str(cell): int(n) for cell, n in common},
    )  # fmt: skip
    return _written(connection, column) if present else column


def _written(connection: duckdb.DuckDBPyConnection, column: Column) -> Column:
    """The column with how its values are written, as numbers and as times."""
    if column.type == "BOOLEAN" or column.longest > _LONGEST:
        return column
    if column.type == _TEXT and (clock := _clock(connection)):
        return replace(column, clock=clock)
    if column.type.startswith(("TIMESTAMP", "DATE")):
        return replace(column, times=(ISO,), days=column.present if column.type == "DATE" else _days(connection))
    odd, example = _usual_cells(connection)
    numbers = (ISO,) if column.type != _TEXT else tuple(number_formats(connection, "usual_cells", "cell"))
    times = tuple(time_formats(connection, "usual_cells", "cell")) if _may_be_time(column) else ()
    if len(times) > 1:
        times = _fewest_months_first(connection, times)
    found = replace(column, numbers=numbers, times=times)
    if numbers or times:
        found = replace(found, odd=odd, odd_example=example)
    if numbers:
        found = _with_number_facts(connection, found)
    return replace(found, days=_days(connection)) if times else found


def _clock(connection: duckdb.DuckDBPyConnection) -> str:
    """The format of hours without a day that all cells fit; empty where there is none."""
    fits = [f"bool_and(try_strptime(cell, {sql.literal(form)}) IS NOT NULL)" for form in _CLOCKS]
    row = connection.execute(f"SELECT {', '.join(fits)} FROM cells WHERE length(cell) BETWEEN 4 AND 11").fetchone()
    rest = sql.row_count(connection, "cells WHERE length(cell) NOT BETWEEN 4 AND 11 OR cell NOT LIKE '%:%'")
    return next((form for form, fit in zip(_CLOCKS, row or (), strict=False) if fit), "") if not rest else ""


def _may_be_time(column: Column) -> bool:
    """Whether a column of a type can hold times: texts, and whole numbers, which count units since 1970."""
    return column.type == _TEXT or (
        column.type in {"BIGINT", "UBIGINT", "HUGEINT", "INTEGER"} and column.longest >= _EPOCH
    )


def _fewest_months_first(connection: duckdb.DuckDBPyConnection, times: tuple[str, ...]) -> tuple[str, ...]:
    """Formats of which several fit, the likeliest first: a file is of few months, and of all days of them."""
    months = [f"count(DISTINCT date_trunc('month', {moment_sql('cell', form)}))" for form in times]
    row = connection.execute(f"SELECT {', '.join(months)} FROM usual_cells").fetchone() or ()
    counts = dict(zip(times, row, strict=True))
    return tuple(sorted(times, key=lambda form: counts[form]))


def _days(connection: duckdb.DuckDBPyConnection) -> int:
    """How many values tell no hour."""
    query = r"SELECT coalesce(sum(seen), 0) FROM cells WHERE NOT regexp_matches(cell, '\d[ T:,.-]+\d?\d[:h.]\d\d')"
    return int((connection.execute(query).fetchone() or (0,))[0])


def _usual_cells(connection: duckdb.DuckDBPyConnection) -> tuple[int, str]:
    """Put the cells of the usual forms into ``usual_cells``; how many are of odd forms, few as they are, and one."""
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
    query = "SELECT coalesce(sum(seen), 0), min(cell) FROM cells WHERE cell NOT IN (SELECT cell FROM usual_cells)"
    odd, example = connection.execute(query).fetchone() or (0, None)
    return int(odd), str(example or "")


def _with_number_facts(connection: duckdb.DuckDBPyConnection, column: Column) -> Column:
    number = number_sql("cell", column.numbers[0])
    row = connection.execute(
        f"""
        SELECT min(x), max(x), coalesce(sum(seen) FILTER (x < 0), 0),
               max(length(rtrim(split_part(CAST(x AS VARCHAR), '.', 2), '0'))), bool_and(plain)
        FROM (SELECT {number} AS x, TRY_CAST(cell AS DOUBLE) IS NOT NULL AS plain, seen FROM usual_cells)
        """
    ).fetchone()
    low, high, negative, decimals, plain = row or (None, None, 0, 0, False)
    return replace(
        column, low=None if low is None else float(low), high=None if high is None else float(high),
        negative=int(negative), decimals=int(decimals or 0), is_plain=bool(plain) and column.numbers[0] == ISO,
    )  # fmt: skip
