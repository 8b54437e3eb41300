"""The ids of events that have none of their own: made from their content, and from their ordinal among equal ones.

They begin with a control character, which no id that is given holds (``text_rules`` of
:mod:`features.events.rules.rule_book`).
"""

# ruff: noqa: S608  (names are quoted; the expressions are those of whoever wrote the settings)
from __future__ import annotations

from collections.abc import Iterable, Mapping

import duckdb

from features import sql
from features.ingest.events.lake_events import LakeEvents
from features.ingest.sources.formats.places import ROW
from features.ingest.sources.portion import Portion
from features.ingest.sources.watermark import FullReadNeeded

# When an event was loaded or known is no part of what it says.
_NOT_CONTENT = frozenset({"event_id", "received_at", "known_at"})


def content_text(source: str, columns: Iterable[str], literals: Mapping[str, str]) -> str:
    """The SQL of a text that is equal for equal events: its columns, of which ``literals`` have constant values.

    Absent values leave no trace, so mapping an empty column changes no id.
    """
    names = sorted(column for column in {*columns, *literals} if column not in _NOT_CONTENT)
    parts = [f"'{column}=' || CAST({literals.get(column, sql.name(column))} AS VARCHAR)" for column in names]
    return f"concat_ws(chr(31), {sql.literal(source)}, {', '.join(parts)})"


def nth_id(content: str, nth: str) -> str:
    """The SQL of the id of the nth of equal events, from the hash of their content."""
    return f"chr(31) || left(if({nth} > 1, md5({content} || '#' || {nth}), {content}), 20)"


def number_equal_events(connection: duckdb.DuckDBPyConnection, portion: Portion, lake_events: LakeEvents) -> None:
    """Number the equal ones among the table ``new_events``, behind those of the lake that equal them."""
    _count_equal_events(connection, portion, lake_events)
    connection.execute(
        f"""
        UPDATE new_events SET nth = ordinals.nth FROM (
            SELECT {ROW}, coalesce(count, 0) + row_number() OVER (PARTITION BY content ORDER BY {ROW}) AS nth
            FROM new_events LEFT JOIN equal_counts USING (content)
            WHERE count > 0 OR content IN (SELECT content FROM new_events GROUP BY content HAVING count(*) > 1)
        ) AS ordinals
        WHERE new_events.{ROW} = ordinals.{ROW}
        """
    )


def _count_equal_events(connection: duckdb.DuckDBPyConnection, portion: Portion, lake_events: LakeEvents) -> None:
    """Fill the table ``equal_counts`` with how many of the lake's events equal one in ``new_events``, by content.

    Their ids tell: each is made from the content and the ordinal. Equal events have one time, so they all lie in one
    month. :class:`FullReadNeeded` is raised where an equal event lies in a file that is read later than the new ones.
    """
    connection.execute("CREATE OR REPLACE TEMP TABLE equal_counts (content VARCHAR, count BIGINT)")
    query = "SELECT DISTINCT strftime(make_timestamp(time), '%Y-%m') FROM new_events WHERE content IS NOT NULL"
    months = [str(row[0]) for row in connection.execute(query).fetchall() if row[0] in lake_events.files]
    if not months:
        return
    ids = f"SELECT event_id FROM {lake_events.query(months)} WHERE source = {sql.literal(portion.name)}"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE source_ids AS {ids}")
    connection.execute("INSERT INTO equal_counts SELECT DISTINCT content, 0 FROM new_events WHERE content IS NOT NULL")
    nth = 0
    while sql.row_count(connection, f"equal_counts WHERE count = {nth}"):
        nth += 1
        exists = f"{nth_id('content', str(nth))} IN (SELECT event_id FROM source_ids)"
        connection.execute(f"UPDATE equal_counts SET count = {nth} WHERE count = {nth - 1} AND {exists}")
    connection.execute("DROP TABLE source_ids")
    if not portion.in_order and sql.row_count(connection, "equal_counts WHERE count > 0"):
        raise FullReadNeeded.repeating(portion.name)
