"""Everyone's record, from the lake: what the service's store is loaded with."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import polars as pl

from features.lake import Lake
from features.record import INTEGERS, TEXTS, Record

CUSTOMERS_AT_ONCE = 20_000


def records(lake: Lake, progress: Callable[[str, int, int], None] | None = None) -> Iterator[tuple[str, Record]]:
    """Each customer of the lake and their record, by customer id; later events than any moment asked for included."""
    attributes = {row.pop("customer_id"): row for row in lake.scan("customers").collect().to_dicts()}
    known = lake.scan("events").filter(pl.col("customer_id").is_not_null())
    customers = known.select(pl.col("customer_id").unique().sort()).collect()["customer_id"]
    for start in range(0, len(customers), CUSTOMERS_AT_ONCE):
        some = customers[start : start + CUSTOMERS_AT_ONCE]
        within = known.filter(pl.col("customer_id").is_between(pl.lit(some[0]), pl.lit(some[-1])))
        rows = within.select("customer_id", *INTEGERS, *TEXTS).sort("customer_id", "time", "event_id").collect()
        for done, (customer, record) in enumerate(_records(rows, attributes), start + 1):
            yield customer, record
            if progress is not None:
                progress("records", done, len(customers))


def _records(rows: pl.DataFrame, attributes: dict[str, dict[str, object]]) -> Iterator[tuple[str, Record]]:
    numbers = np.array([rows[c].fill_null(0).to_numpy() for c in INTEGERS], dtype=np.int64)
    texts = [rows[c].to_list() for c in TEXTS]
    starts = rows["customer_id"].rle_id().search_sorted(np.arange(rows["customer_id"].n_unique())).to_numpy()
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        customer = rows["customer_id"][int(start)]
        own = [column[start:end] for column in texts]
        yield customer, Record.from_columns(numbers[:, start:end], own, attributes.get(customer))
