from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from features.lake import ORDER, number_lines

KEYS = ("kind", *ORDER)
TEXTS = st.sampled_from(["order", "", "b", "ä", None])
ROWS = st.tuples(*(TEXTS for _ in KEYS), st.sampled_from([None, None, 7]))


@given(st.lists(ROWS, max_size=200))
def test_a_line_is_its_place_among_the_rows_of_its_order(rows: list[tuple[str | int | None, ...]]) -> None:
    events = pl.DataFrame(rows, {**dict.fromkeys(KEYS, pl.String), "order_line": pl.Int64}, orient="row")
    seen, expected = dict[object, int](), []
    for *order, told in rows:
        seen[tuple(order)] = seen.get(tuple(order), 0) + 1
        alone = 1 if order[-1] is None else seen[tuple(order)]
        expected.append(None if order[0] != "order" else alone if told is None else told)
    assert number_lines(events.to_arrow())["order_line"].to_pylist() == expected


def test_rows_of_one_order_keep_their_order_however_many_there_are() -> None:
    orders = [str(row % 7) for row in range(70_000)]
    columns = {"kind": "order", "source": "shop", "id_type": "user_id", "id": "a", "order_id": orders}
    events = pl.DataFrame(columns).with_columns(order_line=pl.lit(None, pl.Int64))
    assert number_lines(events.to_arrow())["order_line"].to_pylist() == [1 + row // 7 for row in range(70_000)]
