"""A harness: literal events in, one customer's features out, by either evaluator."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from features.evaluate.online.record import Record
from features.events.kinds import ANSWERS, QUESTIONS
from features.identity.people import SCHEMA
from features.language.attributes import Attribute
from features.language.defaults import Vocabulary, default_features
from features.profiles.fitted.feature_set import FeatureSet
from features.profiles.frames import profile_frame
from features.units import DAY

NOW = 20_000 * DAY  # 2024-10-04T00:00:00Z, a Friday
AGE = Attribute("age", vocabulary=("old", "young"))
SHOP = FeatureSet(
    default_features(
        Vocabulary(("contact", "order", "redeem"), ("Tea", "Cake"), (Attribute("age", vocabulary=("old", "young")),)),
        windows=(7, 28, 90),
    ),
    fitted_at=0,
)
Row = dict[str, object]


def event(days_ago: float, kind: str = "order", *, customer: str = "c1", id: str = "", **columns: object) -> Row:  # noqa: A002
    """One canonical event, so many days before NOW."""
    time = NOW - round(days_ago * DAY)
    first = {"order_line": 1, "value": 0, "discount": 0} if kind == "order" else {}
    name = id or f"{customer}-{kind}-{time}-{sorted(columns.items())}"
    return {"event_id": name, "customer_id": customer, "time": time, "kind": kind, **first, **columns}


def frame(events: list[Row]) -> pl.LazyFrame:
    """Events as the lake holds them, in the order given: lines of orders numbered, answers after the questions."""
    rows = pl.LazyFrame(events, schema=SCHEMA).with_row_index("given").sort("time", "event_id", "source")
    nth = pl.int_range(1, pl.len() + 1).over("customer_id", "source", "kind", "order_id")
    line = pl.when(pl.col("order_id").is_null()).then(1).otherwise(nth)
    numbered = rows.with_columns(order_line=pl.when(pl.col("kind") == "order").then(line).cast(pl.Int64))
    question = pl.col("kind").is_in(QUESTIONS) & (pl.col("known_at").fill_null(0) <= pl.col("time"))
    asked = question.any().over("customer_id", "time") & pl.col("kind").is_in(ANSWERS)
    after = pl.when(asked).then(pl.max_horizontal("known_at", pl.col("time") + 1)).otherwise("known_at")
    whose = pl.col("customer_id").fill_null("anonymous_id:")
    return numbered.with_columns(known_at=after, fragment=whose).sort("given").drop("given")


def attributes(**by_customer: str) -> pl.DataFrame:
    """Customers and their age."""
    return pl.DataFrame(
        {"customer_id": list(by_customer), "age": list(by_customer.values())},
        schema={"customer_id": pl.String, "age": pl.String},
    )


def profile_of(events: list[Row], *, as_of: int = NOW, features: FeatureSet = SHOP, age: str = "") -> dict[str, float]:
    """The features of customer c1 over frames, asserted equal to the same over their record."""
    ages = attributes(c1=age) if age else attributes()
    rows = profile_frame(frame(events), features, as_of=[as_of], attributes=ages).filter(pl.col("customer_id") == "c1")
    batch = {k: float(v) for k, v in rows.row(0, named=True).items() if k in features.names}
    own = [e for e in events if e["customer_id"] == "c1"]
    live = features.online.vector(Record.of(own, {"age": age} if age else {}), as_of=as_of)
    assert dict(zip(batch, live.tolist(), strict=True)) == pytest.approx(batch, rel=0, abs=0, nan_ok=True)
    assert np.array(list(batch.values())).tobytes() == live.tobytes()  # to the bit, the sign of NaN included
    return batch
