"""The attributes of many customers at a moment: from the table of customers, from traits, and from snapshots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self, cast

import numpy as np
import polars as pl
import pyarrow as pa

from features.arrays import Floats
from features.evaluate.attribute_values import value_of
from features.evaluate.offline.attribute_frames import attribute_names, customers_frame, snapshots_frame, traits_frame
from features.evaluate.offline.labels import Events
from features.evaluate.plan import Plan
from features.language.attributes import Attribute


@dataclass(frozen=True)
class AttributeTables:
    """What is known of customers beside their events; None where no feature asks.

    ``customers`` has a row a customer; ``traits`` one for each thing that an ``identify`` event says (``name``,
    ``text``, ``time``), oldest first; ``snapshots`` a row a customer and ``time``, oldest first.
    """

    plan: Plan
    customers: pl.DataFrame | None = None
    traits: pl.DataFrame | None = None
    snapshots: pl.DataFrame | None = None

    @classmethod
    def of(cls, plan: Plan, events: Events, attributes: object, snapshots: object) -> Self:
        """The tables that a plan reads, from frames of any engine."""
        static = attribute_names(plan, "customers", "traits")
        return cls(
            plan,
            customers_frame(attributes, plan) if static and attributes is not None else None,
            traits_frame(events, set(attribute_names(plan, "traits"))) if attribute_names(plan, "traits") else None,
            snapshots_frame(snapshots, plan) if attribute_names(plan, "snapshots") and snapshots is not None else None,
        )

    def values(self, customers: pa.Array, *, as_of: int) -> Floats:
        """``[attribute feature, customer]``: what each comes to at a moment, NaN where unknown."""
        features = self.plan.attribute_features
        out = np.full((len(features), len(customers)), np.nan)
        if not features or not len(customers):
            return out
        ids = cast(pl.Series, pl.from_arrow(customers)).cast(pl.String).alias("customer_id").to_frame()
        origins = self._at(ids, as_of)
        for row, feature in enumerate(features):
            attribute = cast(Attribute, feature.attribute)
            now = _numbers(origins[attribute.origin], attribute, as_of)
            if attribute.reading == "change":
                now = now - _numbers(origins["before"], attribute, as_of)
            out[row] = now
        return out

    def _at(self, ids: pl.DataFrame, as_of: int) -> dict[str, pl.DataFrame]:
        """The texts of these customers at a moment, in their order, by where they stand."""
        static = (
            ids
            if self.customers is None
            else ids.join(self.customers, on="customer_id", how="left", maintain_order="left")
        )
        found = {"customers": static, "traits": static, "snapshots": ids, "before": ids}
        if self.traits is not None:
            found["traits"] = self._with_traits(static, as_of)
        if self.snapshots is not None:
            past = _of(self.snapshots, ids).filter(pl.col("time") <= as_of)
            nth = pl.len().over("customer_id") - pl.int_range(pl.len()).over("customer_id")
            for name, n in (("snapshots", 1), ("before", 2)):
                found[name] = ids.join(past.filter(nth == n), on="customer_id", how="left", maintain_order="left")
        return found

    def _with_traits(self, static: pl.DataFrame, as_of: int) -> pl.DataFrame:
        """The texts with what was last said of each by a moment in their place, nothing too where that was said."""
        said = _of(cast(pl.DataFrame, self.traits), static).filter(pl.col("time") <= as_of)
        last = said.unique(["customer_id", "name"], keep="last", maintain_order=True)
        columns = {}
        for (name,), rows in last.partition_by("name", as_dict=True).items():
            beside = static.select("customer_id").join(rows, on="customer_id", how="left", maintain_order="left")
            before = static[name] if name in static.columns else pl.Series(name, [None] * len(static), pl.String)
            columns[str(name)] = pl.select(
                pl.when(beside["time"].is_null()).then(before).otherwise(beside["text"])
            ).to_series()
        return static.with_columns(**columns)


def _of(frame: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    """The rows between the first and the last of some customers, who lie in the order of their ids."""
    return frame.filter(pl.col("customer_id").is_between(pl.lit(ids["customer_id"][0]), pl.lit(ids["customer_id"][-1])))


def _numbers(frame: pl.DataFrame, attribute: Attribute, as_of: int) -> Floats:
    """``[customer]``: what the texts of an attribute come to, each different one read once."""
    if attribute.name not in frame.columns:
        return np.full(len(frame), np.nan)
    texts = frame[attribute.name]
    distinct = texts.drop_nulls().unique()
    values = pl.Series([value_of(attribute, text, as_of=as_of) for text in distinct], dtype=pl.Float64)
    numbers = texts.replace_strict(distinct, values, default=np.nan, return_dtype=pl.Float64)
    return numbers.fill_null(np.nan).to_numpy()
