"""Integers packed as narrow as they are come back as they were."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from features.evaluate.online.packing.compression import compress, decompress
from features.evaluate.online.packing.integers import pack, unpack
from features.evaluate.online.record import NONE

GREATEST = 2**63 - 1
INTEGERS = st.one_of(*(st.integers(-(2**bits), 2**bits) for bits in (7, 15, 31)), st.integers(-GREATEST, GREATEST))


@pytest.mark.parametrize(
    ("value", "width"),
    [(0, 1), (127, 1), (-127, 1), (128, 2), (-128, 2), (32_767, 2), (-32_768, 4), (2**31, 8), (GREATEST, 8), (NONE, 1)],
)
def test_a_row_takes_as_many_bytes_as_its_greatest_value(value: int, width: int) -> None:
    widths, data = pack(np.array([[value, 1], [1, 1]]))
    assert (widths, len(data)) == ([width, 1], 2 * width + 2)


@given(st.integers(0, 4).flatmap(lambda n: st.lists(st.lists(INTEGERS | st.just(NONE), min_size=n, max_size=n))))
@example([])
@example([[-128, NONE], [-(2**15), NONE], [-(2**31), NONE]])
def test_rows_come_back_as_they_were(rows: list[list[int]]) -> None:
    numbers = np.array(rows, dtype=np.int64).reshape(len(rows), len(rows[0]) if rows else 0)
    again = np.empty_like(numbers)
    widths, data = pack(numbers)
    assert unpack(b"before" + data, widths, again, start=6) == 6 + len(data)
    assert again.tolist() == numbers.tolist()


@given(st.lists(st.integers(-1, 40_000)))
def test_places_of_words_come_back_as_they_were(codes: list[int]) -> None:
    rows = np.array([codes], dtype=np.int32)
    again = np.empty_like(rows)
    widths, data = pack(rows)
    unpack(data, widths, again, start=0)
    assert again.tolist() == rows.tolist()


@given(st.binary())
def test_bytes_come_back_as_they_were(data: bytes) -> None:
    assert decompress(compress(data)) == data
