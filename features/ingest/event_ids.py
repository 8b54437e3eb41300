"""The ids of events that have none of their own: made from what they say, and from which of equal ones they are."""

# ruff: noqa: S608  (names are quoted; the expressions are those of whoever wrote the settings)
from __future__ import annotations

from collections.abc import Iterable

import duckdb

from features import sql
from features.ingest.known_events import Held, repeats
from features.ingest.sources.rows import Portion

# What an event says; when it was loaded is no part of that.
_NOT_CONTENT = frozenset({"event_id", "received_at"})


def content_of(name: str, columns: Iterable[str], filled: dict[str, str]) -> str:
    """A text that is equal for equal events; absent values leave no trace, so mapping an empty column changes no id.

    The id is made from it, and for the second and later of equal rows also from which of them it is.
    """
    told = sorted(column.strip('"') for column in columns if column.strip('"') not in _NOT_CONTENT)
    parts = [f"'{column}=' || CAST({filled.get(column, sql.name(column))} AS VARCHAR)" for column in told]
    return f"concat_ws(chr(31), {sql.literal(name)}, {', '.join(parts)})"


def nth_id(content: str, nth: str) -> str:
    """The id of the nth of equal rows."""
    return f"left(if({nth} > 1, md5({content} || '#' || {nth}), {content}), 20)"


def count_equals(connection: duckdb.DuckDBPyConnection, portion: Portion, held: Held) -> None:
    """Fill the table ``equals`` with how many rows the lake holds that say the same as one in ``said``.

    Their ids tell: each is made from the content and from which of them it is. Equal rows have one time, so they all
    lie in one month.
    """
    connection.execute("CREATE OR REPLACE TEMP TABLE equals (content VARCHAR, known BIGINT)")
    months = "SELECT DISTINCT strftime(make_timestamp(time), '%Y-%m') FROM said WHERE content IS NOT NULL"
    near = [str(row[0]) for row in connection.execute(months).fetchall() if row[0] in held.files]
    if not near:
        return
    ours = f"SELECT event_id FROM {held.query(near)} WHERE source = {sql.literal(portion.name)}"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE near AS {ours}")
    connection.execute("INSERT INTO equals SELECT DISTINCT content, 0 FROM said WHERE content IS NOT NULL")
    nth = 0
    while _count(connection, f"equals WHERE known = {nth}"):
        nth += 1
        held_too = f"{nth_id('content', str(nth))} IN (SELECT event_id FROM near)"
        connection.execute(f"UPDATE equals SET known = {nth} WHERE known = {nth - 1} AND {held_too}")
    connection.execute("DROP TABLE near")
    if not portion.behind and _count(connection, "equals WHERE known > 0"):
        raise repeats(portion)


def _count(connection: duckdb.DuckDBPyConnection, rows: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {rows}").fetchone()
    return int(row[0]) if row else 0
