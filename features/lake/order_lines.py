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
    rows = pl.DataFrame(events.select(["kind", *ORDER, "order_line"]))
    nth = pl.int_range(1, pl.len() + 1).over("kind", *ORDER)
    alone = pl.when(pl.col("order_id").is_null()).then(1).otherwise(nth)
    numbers = rows.select(pl.when(pl.col("kind") == "order").then(pl.coalesce("order_line", alone)).alias("order_line"))
    return events.set_column(events.column_names.index("order_line"), "order_line", numbers["order_line"].to_arrow())
