"""Everyone's record, from the lake: what the service's store is loaded with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

import numpy as np
import polars as pl

from features.evaluate.online.record import NONE, Record
from features.events.columns import NUMBERS, SCALES, TEXTS
from features.lake import Lake

CUSTOMERS_AT_ONCE = 20_000


def records(
    lake: Lake,
    customers: Collection[str] | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Iterator[tuple[str, Record]]:
    """Each customer of the lake, or each of some, and their record; events later than any moment asked for included.

    They come by customer id. Who has no event has no record.
    """
    attributes = {row.pop("customer_id"): row for row in lake.scan("customers").collect().to_dicts()}
    known = lake.scan("events").filter(pl.col("customer_id").is_not_null())
    if customers is None:
        names = known.select(pl.col("customer_id").unique().sort()).collect()["customer_id"]
    else:
        names = pl.Series("customer_id", sorted(customers), dtype=pl.String)
    if progress is not None:
        progress("records", 0, len(names))
    for start in range(0, len(names), CUSTOMERS_AT_ONCE):
        some = names[start : start + CUSTOMERS_AT_ONCE]
        within = known.filter(pl.col("customer_id").is_between(pl.lit(some[0]), pl.lit(some[-1])))
        if customers is not None:
            within = within.filter(pl.col("customer_id").is_in(some.implode()))
        rows = within.select("customer_id", *NUMBERS, *TEXTS).sort("customer_id", "time", "event_id").collect()
        for done, (customer, record) in enumerate(_records(rows, attributes), start + 1):
            yield customer, record
            if progress is not None:
                progress("records", done, len(names))


def _records(rows: pl.DataFrame, attributes: dict[str, dict[str, object]]) -> Iterator[tuple[str, Record]]:
    if rows.is_empty():
        return
    whole = rows.select(_whole(c).fill_null(NONE) for c in NUMBERS)
    numbers = {c: whole[c].to_numpy() for c in NUMBERS}
    texts = {c: rows[c].to_list() for c in TEXTS}
    starts = rows["customer_id"].rle_id().search_sorted(np.arange(rows["customer_id"].n_unique())).to_numpy()
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        customer = rows["customer_id"][int(start)]
        own = {c: values[start:end] for c, values in numbers.items()}
        said = {c: values[start:end] for c, values in texts.items()}
        yield customer, Record.from_columns(own, said, attributes.get(customer))


def _whole(column: str) -> pl.Expr:
    """A column as the integers that are computed with."""
    if column not in SCALES:
        return pl.col(column)
    return (pl.col(column) * SCALES[column] + 0.5).floor().cast(pl.Int64)
