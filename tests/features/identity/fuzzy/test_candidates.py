"""Records written alike, and which pairs of them are compared."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import polars as pl
import pytest

from features.config.sections.fuzzy import Kind
from features.identity.fuzzy.candidates import CANDIDATES, write_candidates
from features.identity.fuzzy.records import parts_of, write_records

COLUMNS: dict[str, Kind] = {"name": "name", "born": "date", "city": "text"}
ROWS = [
    ("a", "Åsa  Maria LIND", "1970-05-01", "Lund"),
    ("b", "asa lind", "1970-05-10 00:00:00", "lund"),
    ("c", "Asa Lind", "1970-05-10", None),
    ("d", None, "1980-05-10", "  "),
    ("e", "Bo Ek", None, "Lund"),
]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        customers = pl.DataFrame(ROWS, schema=["customer_id", *COLUMNS], orient="row")
        write_records(connection, customers, COLUMNS)
        yield connection


def table(connection: duckdb.DuckDBPyConnection, columns: str, of: str = "records") -> list[tuple[object, ...]]:
    return connection.execute(f"SELECT {columns} FROM {of} ORDER BY ALL").fetchall()  # noqa: S608


def test_values_are_written_alike(connection: duckdb.DuckDBPyConnection) -> None:
    assert table(connection, "unique_id, forename, surname, date_1, text_2") == [
        ("a", "asa", "lind", "1970-05-01", "lund"),
        ("b", "asa", "lind", "1970-05-10", "lund"),
        ("c", "asa", "lind", "1970-05-10", None),
        ("d", None, None, "1980-05-10", None),
        ("e", "bo", "ek", None, "lund"),
    ]
    assert sorted(table(connection, "unique_id, words")[0][1]) == ["asa", "lind", "maria"]  # type: ignore[call-overload]


def test_pairs_are_compared_that_are_alike_in_two_things(connection: duckdb.DuckDBPyConnection) -> None:
    write_candidates(connection, parts_of(COLUMNS))
    # a, b: surname and city; a, c: surname and year; b, c: surname and day. e is alike in the city alone.
    assert table(connection, "join_key_l, join_key_r", CANDIDATES) == [("a", "b"), ("a", "c"), ("b", "c")]


def test_what_too_many_are_alike_in_is_not_used() -> None:
    rows = [
        (f"c{n}", f"bo e{n}", "1970-05-01", "lund") for n in range(20)
    ]  # all born on one day, in one city: 190 pairs
    with duckdb.connect() as connection:
        write_records(connection, pl.DataFrame(rows, schema=["customer_id", *COLUMNS], orient="row"), COLUMNS)
        assert write_candidates(connection, parts_of(COLUMNS)) == 0
    few = rows[:13]  # 78 pairs are six a record
    with duckdb.connect() as connection:
        write_records(connection, pl.DataFrame(few, schema=["customer_id", *COLUMNS], orient="row"), COLUMNS)
        assert write_candidates(connection, parts_of(COLUMNS)) == 78
