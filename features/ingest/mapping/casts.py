"""Casts to times in expressions, done by the one reader of times: DuckDB's own would drop an offset or refuse it."""

from __future__ import annotations

import duckdb

from features import sql, sql_tree
from features.reading.time_sql import time_sql

_READERS = {
    **dict.fromkeys(("timestamptz", "timestamp with time zone"), "stamkund_moment"),
    **dict.fromkeys(("timestamp", "datetime"), "stamkund_local_time"),
    "date": "stamkund_day",
}


def with_readers(expression: str) -> str:
    """The expression with its casts to times as calls of the macros of :func:`create_readers`; constants stay.

    >>> with_readers("billed::TIMESTAMPTZ"), with_readers("paid::INTEGER"), with_readers("DATE '2024-01-01'")
    ('stamkund_moment(billed)', 'paid::INTEGER', "DATE '2024-01-01'")
    """
    return sql_tree.replace_casts(expression, _READERS)


def create_readers(connection: duckdb.DuckDBPyConnection, timezone: str) -> None:
    """Create the macros: a moment, a local time and a day of a text in a zone; also as ``try_`` ones, null for others.

    Anything else is read by its text.
    """
    moment = f"make_timestamptz({time_sql('CAST(x AS VARCHAR)', timezone, last=False)})"
    local = f"timezone({sql.literal(timezone)}, {moment})"
    refusal = "error('Conversion Error: ' || CAST(x AS VARCHAR) || ' is not a time that is understood whole')"
    for name, reading in (("moment", moment), ("local_time", local), ("day", f"CAST({local} AS DATE)")):
        refused = f"CASE WHEN t IS NULL AND trim(CAST(x AS VARCHAR)) <> '' THEN {refusal} ELSE t END"
        strict = f"list_transform([{reading}], lambda t: {refused})[1]"
        connection.execute(f"CREATE OR REPLACE TEMP MACRO stamkund_{name}(x) AS {strict}")
        connection.execute(f"CREATE OR REPLACE TEMP MACRO try_stamkund_{name}(x) AS {reading}")
