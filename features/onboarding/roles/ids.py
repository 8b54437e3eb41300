"""Columns whose values can be ids, and how those come."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from features.onboarding.facts.column import Column
from features.onboarding.facts.table import Table
from features.onboarding.roles.roles import Roles

_ID_LENGTH, _LONGEST_ID = 5, 80
OFTEN = 1.2  # rows a value of what comes again


def unnamed(table: Table, roles: Roles) -> list[Column]:
    """The columns whose names say nothing; that of a place says enough."""
    return [
        column for column in table.columns.values()
        if column.present and roles.role_of(column) is None and not _names_place(column)
    ]  # fmt: skip


def _names_place(column: Column) -> bool:
    return bool(column.meaning) and all(meaning is not None and "place" in meaning for meaning in column.meaning)


def id_columns(table: Table, roles: Roles) -> list[Column]:
    """The columns whose name says nothing known, and whose values can be ids."""
    plain = [*unnamed(table, roles), *roles.all("row_id")]
    times = [column for column in table.columns.values() if column.is_time]
    return [
        column for column in plain
        if column.is_full and not column.is_boolean and not column.is_email and not column.is_currency
        and not column.clock and not column.names_nothing
        and not (column.is_time and (not column.is_number or len(times) == 1))
        and column.decimals == 0 and column.longest <= _LONGEST_ID
    ]  # fmt: skip


def is_written_as_id(column: Column) -> bool:
    """Whether values are written as ids are: with letters and digits, as numbers of one length, or as the rows' count.

    >>> is_written_as_id(Column("x", "VARCHAR", 2, 2, 2, numbers=("",), longest=3, common={"760": 1, "761": 1}))
    True
    """
    if not column.is_number:
        return all(any(map(str.isdigit, word)) for word in column.common)
    counts_rows = column.is_unique and column.low == 1 and column.high == column.rows
    return counts_rows or 3 <= column.longest == min(map(len, column.common))


def counts_up(table: Table, column: Column) -> bool:
    """Whether whole numbers are given out one after another, or are all of one length, as ids are."""
    number = table.number(column)
    steps = f"(SELECT {number} - lag({number}) OVER (ORDER BY rowid) AS step FROM {table.relation})"
    up, down = table.counts("count(*) FILTER (step > 0)", "count(*) FILTER (step < 0)", of=steps)
    shortest = min(map(len, column.common))
    return max(up, down) >= 0.9 * (up + down) or (shortest == column.longest >= _ID_LENGTH)


def comes_in_runs(table: Table, column: Column) -> bool:
    """Whether equal values stand in rows one after another, most of them in several."""
    if column.is_unique or column.distinct * OFTEN > table.rows or column.distinct < table.rows / 20:
        return False
    runs = (
        f"(SELECT v, lag(v) OVER (ORDER BY place) AS before "
        f"FROM (SELECT rowid AS place, {table.text(column)} AS v FROM {table.relation}))"
    )
    (changes,) = table.counts("count(*) FILTER (v IS DISTINCT FROM before)", of=runs)
    return changes <= 1.02 * column.distinct
