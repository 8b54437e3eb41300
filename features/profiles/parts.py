"""Profiles part by part: some customers at a time, so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import Floats, Ints, Mask
from features.evaluate.finish import finish
from features.evaluate.offline.blocks import Block, blocks
from features.evaluate.offline.checkpoint import Checkpoint
from features.evaluate.offline.interchange import ColumnKind, read_frame
from features.evaluate.offline.labels import Events
from features.evaluate.offline.scan_tables import BLOCK_CUSTOMERS
from features.evaluate.plan import Plan


def profile_parts(
    events: Events, plan: Plan, moments: Sequence[int], attributes: object, checkpoint: Checkpoint | None = None
) -> Iterator[tuple[Block, pl.DataFrame]]:
    """Every part of the customers with their profiles: for each part one frame per moment, in the moments' order.

    Args:
        events: those that count, as :func:`features.evaluate.offline.blocks.read_events` reads them.
        plan: the features.
        moments: µs, each once.
        attributes: a frame with ``customer_id`` and a column for each attribute, or None.
        checkpoint: aggregates of events that then need no reading.
    """
    table = _attribute_table(attributes, plan)
    for block in blocks(events, plan, as_of=moments, checkpoint=checkpoint):
        for part in block.split(len(moments)):
            codes = _codes(part.customers, plan, table)
            for moment, terms in part.terms(moments).items():
                yield part, _frame(plan, part.customers, part.first <= moment, terms, codes, as_of=moment)


def parts_without_events(
    plan: Plan, attributes: object, seen: Sequence[pl.Series], *, as_of: int
) -> Iterator[pl.DataFrame]:
    """The profiles of the customers that the attributes alone tell of, in the order of their ids.

    Nothing is known of them but their attributes: counts and sums are 0. ``seen`` are the ids of all others.
    """
    if attributes is None:
        return
    ids = pl.from_arrow(
        read_frame(attributes, {"customer_id": "text"}, what="attributes").collect("pyarrow").to_arrow()
    )
    others = cast(pl.DataFrame, ids).cast(pl.String).drop_nulls().unique()["customer_id"].sort()
    for series in seen:
        others = others.filter(~others.is_in(series.implode()))
    table = _attribute_table(attributes, plan)
    for start in range(0, len(others), BLOCK_CUSTOMERS):
        customers = others[start : start + BLOCK_CUSTOMERS].to_arrow()
        block = Block(plan, len(others), customers, np.zeros(len(customers), dtype=np.int64), ())
        for part in block.split(1):
            codes, terms = _codes(part.customers, plan, table), part.terms([as_of])[as_of]
            yield _frame(plan, part.customers, part.first <= as_of, terms, codes, as_of=as_of)


def _frame(plan: Plan, customers: pa.Array, present: Mask, terms: Ints, codes: Floats, *, as_of: int) -> pl.DataFrame:
    """The features of the customers whose first event is not after ``as_of``."""
    if not present.all():
        customers, terms, codes = customers.filter(pa.array(present)), terms[:, present], codes[:, present]
    values = finish(plan, terms, codes, as_of=as_of)
    ids = cast(pl.Series, pl.from_arrow(customers)).cast(pl.String).alias("customer_id")
    times = pl.repeat(as_of, len(ids), dtype=pl.Int64, eager=True).alias("as_of")
    columns = [pl.Series(feature.name, row) for feature, row in zip(plan.features, values, strict=True)]
    return pl.DataFrame([ids, times, *columns])


def _attribute_table(attributes: object, plan: Plan) -> pa.Table | None:
    """``customer_id`` and the attributes that features read, as text; None without attributes or such features."""
    if attributes is None or not plan.attribute_features:
        return None
    names = ("customer_id", *(feature.attribute for feature in plan.attribute_features))
    kinds: dict[str, ColumnKind] = dict.fromkeys(names, "text")
    return read_frame(attributes, kinds, what="attributes").collect("pyarrow").to_arrow()


def _codes(customers: pa.Array, plan: Plan, attributes: pa.Table | None) -> Floats:
    """``[feature, customer]``: each attribute's place in its vocabulary, NaN where unknown."""
    codes = np.full((len(plan.attribute_features), len(customers)), np.nan)
    if attributes is None:
        return codes
    place_of = pc.index_in(attributes["customer_id"], value_set=customers)
    matching = attributes.filter(place_of.is_valid())
    columns = place_of.drop_null().to_numpy()
    for i, feature in enumerate(plan.attribute_features):
        values = matching[feature.attribute]
        code = pc.index_in(values, value_set=pa.array(feature.vocabulary, values.type))
        codes[i, columns] = code.cast(pa.float64()).fill_null(np.nan).to_numpy()
    return codes
