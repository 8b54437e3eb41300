"""The numbers of the lines of orders: an order's first row is line 1, whatever it is of; its next one line 2."""

from __future__ import annotations

import polars as pl
import pyarrow as pa

ORDER = ("source", "id_type", "id", "order_id")  # what tells the orders apart whose lines are numbered


def number_lines(events: pa.Table) -> pa.Table:
    """Number those lines of orders that have no number, in the order of the rows; a row of no order is one by itself.

    >>> columns = {"source": "shop", "id_type": "user_id", "id": ["a", "a", "b", "a"], "order_id": ["1", "2", "1", "1"]}
    >>> events = pl.DataFrame(columns | {"kind": "order", "order_line": pl.Series([None] * 4, dtype=pl.Int64)})
    >>> number_lines(events.to_arrow())["order_line"].to_pylist()
    [1, 1, 1, 2]
    """
    keys, place = ("kind", *ORDER), pl.int_range(pl.len())
    rows = pl.DataFrame(events.select([*keys, "order_line"])).with_row_index("row").sort(keys, maintain_order=True)
    order = pl.struct(keys).rle_id()
    first = pl.when(order != order.shift()).then(place).forward_fill().fill_null(0)
    alone = pl.when(pl.col("order_id").is_null()).then(1).otherwise(1 + place - first)
    line = pl.when(pl.col("kind") == "order").then(pl.coalesce("order_line", alone))
    numbers = rows.select("row", line.alias("line")).sort("row")["line"]
    return events.set_column(events.column_names.index("order_line"), "order_line", numbers.to_arrow())
