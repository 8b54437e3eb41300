from __future__ import annotations

from collections.abc import Callable

import duckdb
import pytest

from features.reading.recognition import ISO, number_formats, time_formats

Recognition = Callable[[duckdb.DuckDBPyConnection, str, str], list[str]]


def recognized(formats: Recognition, *values: str | None, type_: str = "VARCHAR") -> list[str]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"CREATE TABLE rows (x {type_})")
        connection.executemany("INSERT INTO rows VALUES (?)", [[value] for value in values])
        return formats(connection, "rows", "x")


@pytest.mark.parametrize(
    ("values", "formats"),
    [
        (("2024-01-02", "5 March 2024 10:00", "20240131", "", None), [ISO]),
        (("1/2/2024", "12/11/2024"), ["%d/%m/%Y", "%m/%d/%Y"]),
        (("1/2/2024", "13/2/2024"), ["%d/%m/%Y"]),
        (("1/2/2024", "2/13/2024"), ["%m/%d/%Y"]),
        (("13/2/2024", "2/13/2024"), []),
        (("1/2/24 10:00 PM",), ["%d/%m/%y %I:%M %p", "%m/%d/%y %I:%M %p"]),
        (("05.03.2024 10:00",), ["%d.%m.%Y %H:%M"]),
        (("31.02.2024",), []),
        (("990131",), ["%y%m%d"]),
        (("1700000000", "1700000001.5"), ["seconds"]),
        (("1700000000000",), ["milliseconds"]),
        (("1700000000000000",), ["microseconds"]),
        (("12345",), []),
        (("5-Mar-24", "12-déc.-24"), ["%d-%b-%y"]),
        (("31/12/2024 23:59:59 +0100",), ["%d/%m/%Y %H:%M:%S %z"]),
        (("hello",), []),
        (("", None), []),
    ],
)
def test_formats_of_times(values: tuple[str | None, ...], formats: list[str]) -> None:
    assert recognized(time_formats, *values) == formats


@pytest.mark.parametrize(
    ("values", "formats"),
    [
        (("5", "12.50", "€ 3"), [ISO]),
        (("12,50",), ["1234,56"]),
        (("1.234",), [ISO, "1.234,56"]),
        (("12,345",), ["1234,56", "1,234.56"]),
        (("1.234,50", "12"), ["1.234,56"]),
        (("1 234,50 kr",), ["1 234,56"]),
        (("1'000.50",), ["1'234.56"]),
        (("12,34,567.00",), ["12,34,567.89"]),
        (("5%",), []),
        (("1", "many"), []),
        ((None,), []),
    ],
)
def test_formats_of_numbers(values: tuple[str | None, ...], formats: list[str]) -> None:
    assert recognized(number_formats, *values) == formats


def test_a_value_beyond_the_first_ones_counts_too() -> None:
    many = [f"{day}/{month}/{year}" for day in range(1, 13) for month in range(1, 13) for year in range(2000, 2010)]
    assert recognized(time_formats, *many) == ["%d/%m/%Y", "%m/%d/%Y"]
    assert recognized(time_formats, *many, "13/1/2024") == ["%d/%m/%Y"]


def test_a_typed_column_is_recognized_by_its_texts() -> None:
    assert recognized(time_formats, "1700000000", type_="BIGINT") == ["seconds"]
    assert recognized(time_formats, "2024-05-01", type_="DATE") == [ISO]
    assert recognized(number_formats, "5.5", type_="DOUBLE") == [ISO]
