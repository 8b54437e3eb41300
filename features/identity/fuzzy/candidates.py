"""Candidates: the pairs of records that are compared at all, being alike in two things."""

# ruff: noqa: S608  (of our own names)

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final

import duckdb

from features.config.sections.fuzzy import Kind
from features.identity.fuzzy.records import NAMES, RECORDS, Part

CANDIDATES: Final = "candidates"
PAIRS_A_RECORD: Final = 6  # that two things may give together: what gives more says too little, and costs most
_KEYS: Final[
    dict[Kind, tuple[str, ...]]
] = {  # what is alike of a column of each kind: the whole, or a part that few typos reach
    "date": ("{}", "substr({}, 1, 4)", "substr({}, 6)"),
    "postcode": ("{}", "substr({}, 1, 4)"),
    "text": ("{}",),
}
_NAME_KEYS: Final = (
    ("forename", "substr(forename, 1, 3)"),
    ("surname", "substr(surname, 1, 4)"),
    ("whole_name",),
)


def keys_of(parts: Sequence[Part]) -> list[tuple[str, ...]]:
    """What records can be alike in: for each column the whole of it, and parts of it.

    >>> keys_of([Part("postcode", "postcode_0", ("zip",))])
    [('postcode_0', 'substr(postcode_0, 1, 4)')]
    """
    names = list(_NAME_KEYS) if any(part.name == NAMES for part in parts) else []
    others = [part for part in parts if part.name != NAMES]
    return [*names, *(tuple(key.format(part.name) for key in _KEYS[part.kind]) for part in others)]


def write_candidates(connection: duckdb.DuckDBPyConnection, parts: Sequence[Part]) -> int:
    """Make the table of candidates, as Splink reads it, and say how many there are.

    Two things together are used where they give few pairs; how many they give is counted, not asked of any label.
    """
    pairs = [_pairs(x, y) for x, y in _selective(connection, parts)]
    nothing = "SELECT unique_id AS a, unique_id AS b FROM records WHERE false"
    connection.execute(f"""
        CREATE OR REPLACE TABLE {CANDIDATES} AS
        SELECT a AS join_key_l, b AS join_key_r, '0' AS match_key FROM ({" UNION ".join([nothing, *pairs])})
    """)
    return _number(connection, f"SELECT count(*) FROM {CANDIDATES}")


def _selective(connection: duckdb.DuckDBPyConnection, parts: Sequence[Part]) -> Iterator[tuple[str, str]]:
    most = PAIRS_A_RECORD * _number(connection, f"SELECT count(*) FROM {RECORDS}")
    for keys, others in combinations(keys_of(parts), 2):
        for x in keys:
            for y in others:
                groups = (
                    f"SELECT count(*) AS n FROM {RECORDS} WHERE {x} IS NOT NULL AND {y} IS NOT NULL GROUP BY {x}, {y}"
                )
                if _number(connection, f"SELECT coalesce(sum(n * (n - 1) // 2), 0) FROM ({groups})") <= most:
                    yield x, y


def _pairs(x: str, y: str) -> str:
    records = f"(SELECT unique_id, {x} AS x, {y} AS y FROM {RECORDS})"
    on = "l.x = r.x AND l.y = r.y AND l.unique_id < r.unique_id"
    return f"SELECT l.unique_id AS a, r.unique_id AS b FROM {records} l JOIN {records} r ON {on}"


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(connection.execute(query).fetchall()[0][0])
