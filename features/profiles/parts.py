"""Profiles part by part: some customers at a time, so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

import narwhals as nw
import numpy as np
import polars as pl
import pyarrow as pa

from features.arrays import Floats, Ints, Mask
from features.evaluate.finish import finish
from features.evaluate.offline.attribute_frames import frame_of
from features.evaluate.offline.attribute_tables import AttributeTables
from features.evaluate.offline.blocks import Block, blocks
from features.evaluate.offline.checkpoint import Checkpoint
from features.evaluate.offline.labels import Events
from features.evaluate.offline.scan_tables import BLOCK_CUSTOMERS
from features.evaluate.plan import Plan
from features.identity.people import SCHEMA


def profile_parts(
    events: Events,
    plan: Plan,
    moments: Sequence[int],
    *,
    attributes: object,
    snapshots: object,
    checkpoint: Checkpoint | None = None,
) -> Iterator[tuple[Block, pl.DataFrame]]:
    """Every part of the customers with their profiles: for each part one frame per moment, in the moments' order.

    Args:
        events: those that count, as :func:`features.evaluate.offline.blocks.read_events` reads them.
        plan: the features.
        moments: µs, each once.
        attributes: a frame with ``customer_id`` and a column for each attribute, or None.
        snapshots: a frame with ``customer_id``, ``time`` and a column for each attribute, or None.
        checkpoint: aggregates of events that then need no reading.
    """
    tables = AttributeTables.of(plan, events, attributes, snapshots)
    for block in blocks(events, plan, as_of=moments, checkpoint=checkpoint):
        for part in block.split(len(moments)):
            for moment, terms in part.terms(moments).items():
                values = tables.values(part.customers, as_of=moment)
                yield part, _frame(plan, part.customers, part.first <= moment, terms, values, as_of=moment)


def parts_without_events(
    plan: Plan, attributes: object, snapshots: object, seen: Sequence[pl.Series], *, as_of: int
) -> Iterator[pl.DataFrame]:
    """The profiles of the customers that attributes and snapshots alone tell of by a moment, in the order of their ids.

    Nothing is known of them but these: counts and sums are 0. ``seen`` are the ids of all others.
    """
    others = _ids(attributes, snapshots, as_of)
    for series in seen:
        others = others.filter(~others.is_in(series.implode()))
    nothing = nw.from_native(pl.LazyFrame(schema=SCHEMA))
    tables = AttributeTables.of(plan, nothing, attributes, snapshots)
    for start in range(0, len(others), BLOCK_CUSTOMERS):
        customers = others[start : start + BLOCK_CUSTOMERS].to_arrow()
        block = Block(plan, len(others), customers, np.zeros(len(customers), dtype=np.int64), ())
        for part in block.split(1):
            values, terms = tables.values(part.customers, as_of=as_of), part.terms([as_of])[as_of]
            yield _frame(plan, part.customers, part.first <= as_of, terms, values, as_of=as_of)


def _ids(attributes: object, snapshots: object, as_of: int) -> pl.Series:
    """The customers that the frames tell of by a moment, in order."""
    ids = [pl.Series("customer_id", [], pl.String)]
    if attributes is not None:
        ids.append(frame_of(attributes, {"customer_id": "text"}, "attributes")["customer_id"])
    if snapshots is not None:
        rows = frame_of(snapshots, {"customer_id": "text", "time": "time"}, "snapshots")
        ids.append(rows.filter(pl.col("time") <= as_of)["customer_id"])
    return pl.concat(ids).drop_nulls().unique().sort()


def _frame(
    plan: Plan, customers: pa.Array, present: Mask, terms: Ints, attributes: Floats, *, as_of: int
) -> pl.DataFrame:
    """The features of the customers whose first event is not after ``as_of``."""
    if not present.all():
        customers = customers.filter(pa.array(present))
        terms, attributes = terms[:, present], attributes[:, present]
    values = finish(plan, terms, attributes, as_of=as_of)
    ids = cast(pl.Series, pl.from_arrow(customers)).cast(pl.String).alias("customer_id")
    times = pl.repeat(as_of, len(ids), dtype=pl.Int64, eager=True).alias("as_of")
    columns = [pl.Series(feature.name, row) for feature, row in zip(plan.features, values, strict=True)]
    return pl.DataFrame([ids, times, *columns])
