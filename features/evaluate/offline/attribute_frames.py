"""The frames of attributes, traits and snapshots that a plan reads, as texts in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

import narwhals as nw
import orjson
import polars as pl

from features.evaluate.attribute_values import text_of
from features.evaluate.offline.aggregate import collect
from features.evaluate.offline.interchange import ColumnKind, read_frame
from features.evaluate.offline.labels import Events
from features.evaluate.offline.native_frames import narwhals_frame
from features.evaluate.plan import Plan
from features.events.columns import EVENT_ORDER
from features.language.attributes import Attribute, Origin

_TRAITS = {"customer_id": pl.String, "name": pl.String, "text": pl.String, "time": pl.Int64}


def attribute_names(plan: Plan, *origins: Origin) -> list[str]:
    """The attributes that a plan reads from these origins."""
    attributes = (cast(Attribute, feature.attribute) for feature in plan.attribute_features)
    return sorted({attribute.name for attribute in attributes if attribute.origin in origins})


def frame_of(native: object, kinds: Mapping[str, ColumnKind], what: str) -> pl.DataFrame:
    """The columns of a frame of any engine, in memory."""
    return pl.DataFrame(read_frame(native, kinds, what=what).collect("pyarrow").to_arrow())


def customers_frame(native: object, plan: Plan) -> pl.DataFrame:
    """A row a customer with the attributes that the table has; what traits may give need not be in it."""
    here = narwhals_frame(native, what="attributes").collect_schema().names()
    names = [*attribute_names(plan, "customers"), *(name for name in attribute_names(plan, "traits") if name in here)]
    kinds: dict[str, ColumnKind] = {"customer_id": "text", **dict.fromkeys(names, "value")}
    return frame_of(native, kinds, "attributes").unique("customer_id", keep="last", maintain_order=True)


def traits_frame(events: Events, names: set[str]) -> pl.DataFrame:
    """A row for each of these names in each ``identify`` event, oldest first."""
    said = events.filter(
        nw.col("kind") == "identify", ~nw.col("properties").is_null(), ~nw.col("customer_id").is_null()
    )
    rows = pl.DataFrame(collect(said.select("customer_id", "properties", *EVENT_ORDER))).sort(EVENT_ORDER)
    return pl.DataFrame(list(_said(rows, names)), schema=_TRAITS, orient="row")


def _said(rows: pl.DataFrame, names: set[str]) -> Iterable[tuple[str, str, str | None, int]]:
    for customer, properties, time in rows.select("customer_id", "properties", "time").iter_rows():
        values = orjson.loads(properties)
        yield from ((customer, name, text_of(values[name]), time) for name in sorted(names & values.keys()))


def snapshots_frame(native: object, plan: Plan) -> pl.DataFrame:
    """A row a customer and time with the attributes that the plan reads of snapshots, oldest first."""
    kinds: dict[str, ColumnKind] = {
        "customer_id": "text",
        "time": "time",
        **dict.fromkeys(attribute_names(plan, "snapshots"), "value"),
    }
    return frame_of(native, kinds, "snapshots").sort("customer_id", "time")
