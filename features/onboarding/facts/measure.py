"""The facts about the columns of a relation, counted."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from collections.abc import Mapping

import duckdb

from features import sql
from features.onboarding.facts.column import Column
from features.onboarding.facts.format_sql import moment_sql, number_sql
from features.onboarding.facts.forms import with_forms

_MISSING = ("nan", "none", "null", "<na>", "n/a", "na", "undefined", "nil", "-", "\\n", "#n/a", "nat")
_COMMON = 60  # values that are counted one by one


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
    return with_forms(connection, column) if present else column
