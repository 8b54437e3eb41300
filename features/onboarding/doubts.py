"""What the values of a file say against the guess of its columns, for the comments of the settings."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from collections.abc import Iterator, Mapping

import duckdb

from features import sql
from features.events.tables import COLUMNS, Role, Table
from features.onboarding.columns import Columns, find_column
from features.onboarding.samples import ColumnSample, reading
from features.onboarding.synonyms import COLUMN_NAMES

_NOUNS: Mapping[Role, str] = {"amount": "an amount", "number": "a number", "time": "a time"}


def doubts(
    connection: duckdb.DuckDBPyConnection, table: Table, mapping: Mapping[str, str], columns: Columns
) -> Iterator[str]:
    """Every doubt about a ``mapping`` of canonical columns to the file's, of which the table ``rows`` is a sample."""
    yield from _unreadable_values(table, mapping, columns)
    yield from _unreadable_columns(table, mapping, columns)
    if table == "events":
        yield from _time_doubts(mapping["time"], columns[mapping["time"]])
        yield from _negative_amounts(connection, mapping, columns)
    else:
        yield from _repeated_keys(connection, mapping[next(iter(COLUMNS[table]))])


def _unreadable_values(table: Table, mapping: Mapping[str, str], columns: Columns) -> Iterator[str]:
    """Values that are not what nearly all of their column are."""
    for column, name in mapping.items():
        role = COLUMNS[table].get(column, "text")
        if role in _NOUNS and columns[name].reads(role) and columns[name].unreadable(role):
            share = f"{columns[name].unreadable(role):,} of {columns[name].values:,} values of {name}"
            yield f"the {column}: {share} cannot be read as {_NOUNS[role]}; their rows would be rejected"


def _unreadable_columns(table: Table, mapping: Mapping[str, str], columns: Columns) -> Iterator[str]:
    """Columns whose name says an amount or a number, and whose values do not."""
    for column, synonyms in COLUMN_NAMES[table].items():
        role, name = COLUMNS[table].get(column, "text"), find_column(synonyms, columns)
        if name and column not in mapping and role in _NOUNS:
            share = f"only {columns[name].readable[role]:,} of {columns[name].values:,} values of {name}"
            yield f"the {column}: {share} can be read as {_NOUNS[role]}, so it is left out"


def _time_doubts(name: str, time: ColumnSample) -> Iterator[str]:
    if not time.reads("time"):
        if time.values and time.reads("number"):
            yield "the time: it is a number; turn it into one, e.g. to_timestamp(seconds)"
        else:
            share = f"only {time.readable['time']:,} of {time.values:,} values of {name} can be read as one"
            yield f"the time: {share}; turn them into times, e.g. strptime({sql.name(name)}, '%d.%m.%Y')"
    elif time.days == time.readable["time"] > 0:
        yield "the time: only the day is known, so its rows count from the end of that day"
    elif time.zoned < time.readable["time"]:
        yield "the time zone: its times name none, so UTC is assumed"


def _negative_amounts(
    connection: duckdb.DuckDBPyConnection, mapping: Mapping[str, str], columns: Columns
) -> Iterator[str]:
    if "value" in mapping:
        amount = reading(mapping["value"], columns[mapping["value"]], "amount")
        negative = sql.row_count(connection, f"rows WHERE {amount} < 0")
        if negative:
            yield f"the amounts: {negative} are negative; returns need the kind refund, or they are rejected"


def _repeated_keys(connection: duckdb.DuckDBPyConnection, key: str) -> Iterator[str]:
    keys = sql.row_count(connection, f"(SELECT DISTINCT {sql.name(key)} FROM rows WHERE {sql.name(key)} IS NOT NULL)")
    repeated = sql.row_count(connection, "rows") - keys
    if repeated:
        yield f"the key: {repeated} rows repeat a {key} or have none, and would be rejected"
