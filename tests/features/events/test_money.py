"""An amount is the same minor units in Python and in SQL."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.events.money import minor_units, minor_units_sql

TEXTS = st.decimals(-(10**12), 10**12, allow_nan=False, places=8).map(str) | st.from_regex(
    r"-?(\d{1,12}|\d{0,11}\.\d{1,9})(e-?\d)?", fullmatch=True, alphabet="-0123456789.e"
)
DOUBLES = st.floats(-1e13, 1e13) | st.integers(-(10**15), 10**15).map(lambda cents: cents / 1000)


def in_sql(amounts: list[str] | list[float], type_: str, decimals: int) -> list[int | None]:
    """Minor units as DuckDB computes them."""
    query = f"SELECT {minor_units_sql('amount', type_, decimals)} FROM (SELECT unnest(?::{type_}[]) AS amount)"  # noqa: S608
    with duckdb.connect() as connection:
        return [row[0] for row in connection.execute(query, [amounts]).fetchall()]


@given(st.lists(TEXTS, min_size=1, max_size=30), st.integers(0, 4))
def test_texts_are_the_same_minor_units_in_sql(amounts: list[str], decimals: int) -> None:
    assert in_sql(amounts, "VARCHAR", decimals) == [minor_units(Decimal(text), decimals) for text in amounts]


@given(st.lists(DOUBLES, min_size=1, max_size=30), st.integers(0, 4))
def test_doubles_are_what_their_shortest_text_says(amounts: list[float], decimals: int) -> None:
    assert in_sql(amounts, "DOUBLE", decimals) == [minor_units(Decimal(str(x)), decimals) for x in amounts]


@pytest.mark.parametrize(
    ("amount", "decimals", "minor"),
    [
        ("1.005", 2, 100),  # half to even: 100.5 → 100
        ("1.015", 2, 102),
        ("-1.015", 2, -102),
        ("2.5", 0, 2),
        ("1.0050000001", 2, 100),  # the noise of a float: 1.005 to six decimals
        ("1.005001", 2, 101),
        ("0.00005", 4, 0),  # 0.5 of the least unit
        ("-0.001", 2, -1),  # what is negative stays so
        ("-0.005", 2, -1),
        ("-0.0000001", 2, 0),
        ("-0.4", 0, -1),
        ("999999999999.99", 2, 99_999_999_999_999),
        ("99999999999.9999", 4, 999_999_999_999_999),
        ("1e11", 4, None),
        ("1e11", 3, 10**14),
        ("999999999999.9999995", 2, None),  # 10^12 to six decimals
        ("1e12", 2, None),
        ("-1e12", 2, None),
        ("1e400", 0, None),
        ("NaN", 2, None),
        ("Infinity", 2, None),
    ],
)
def test_amounts_are_rounded_half_to_even_and_bounded(amount: str, decimals: int, minor: int | None) -> None:
    assert minor_units(Decimal(amount), decimals) == minor
    assert in_sql([amount], "VARCHAR", decimals) == [minor]
