"""Frames as parts of a lake: their canonical columns completed, events divided by calendar month."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from features.events.columns import EVENT_ORDER
from features.events.tables import KEYS, WITH_MORE, Table, schema
from features.lake.draft import WHOLE


def partition(table: Table, frame: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """The parts of a table by their labels: a month (UTC) of events, such as ``2017-12``; ``all`` of another table.

    >>> events = pl.DataFrame({"time": [0, 1, 31 * 86_400_000_000]})
    >>> [(label, part.height) for label, part in partition("events", events)]
    [('1970-01', 2), ('1970-02', 1)]
    """
    frame = _complete(table, frame)
    if table != "events":
        yield WHOLE, frame
        return
    month = pl.from_epoch("time", time_unit="us").dt.strftime("%Y-%m").alias("month")
    parts = frame.with_columns(month).partition_by("month", as_dict=True, include_key=False, maintain_order=True)
    yield from ((str(label), part) for (label,), part in parts.items())


def _complete(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame in the table's schema and order, absent columns null; attributes stay.

    Events of which no fragment is told are those of their ``customer_id``, or of a visitor.
    """
    columns = schema(table)
    if table == "events":
        frame = frame.with_columns(fragment=_fragment(frame.columns))
    missing = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in columns.items() if name not in frame.columns]
    attributes = [name for name in frame.columns if name not in columns] if table in WITH_MORE else []
    order = ["fragment", *EVENT_ORDER] if table == "events" else KEYS[table]
    return (
        frame.with_columns(missing)
        .cast(columns)
        .select(*columns, *attributes)
        .sort(order, nulls_last=True, maintain_order=table in WITH_MORE)
    )


def _fragment(columns: Sequence[str]) -> pl.Expr:
    """Whose events are: as the frame says, or else its customer's, or a visitor's."""
    names = ("fragment", "customer_id", "id")
    told, customer, id_ = (pl.col(name) if name in columns else pl.lit(None, pl.String) for name in names)
    return pl.coalesce(told, customer, pl.format("anonymous_id:{}", id_.fill_null("")))
