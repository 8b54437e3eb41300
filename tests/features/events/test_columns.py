"""Decimals become integers by one rule, one by one and in frames."""

from __future__ import annotations

import math

import narwhals as nw
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.events.columns import MULTIPLIERS, integer_of, scaled


@given(st.lists(st.floats(-1e12, 1e12), min_size=1), st.sampled_from(sorted(MULTIPLIERS)))
def test_a_decimal_is_one_integer_alone_and_in_frames(values: list[float], column: str) -> None:
    alone = [integer_of(column, value) for value in values]
    frame = pl.DataFrame({column: values})
    assert frame.select(scaled(column, pl.col(column)).cast(pl.Int64))[column].to_list() == alone
    told = nw.from_native(frame).select(scaled(column, nw.col(column)).cast(nw.Int64))
    assert nw.to_native(told)[column].to_list() == alone


@pytest.mark.parametrize(
    ("column", "value", "whole"),
    [("rating", 4.5, 4500), ("rating", 0.0005, 1), ("rating", -0.0005, 0), ("latitude", 59.33258, 593_326)],
)
def test_decimals_are_rounded_half_up(column: str, value: float, whole: int) -> None:
    assert integer_of(column, value) == scaled(column, value) == whole == math.floor(value * MULTIPLIERS[column] + 0.5)
