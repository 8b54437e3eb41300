"""Events of people as they are known at one moment, and their later ones as is known at another."""

from __future__ import annotations

import polars as pl

from features.identity.people import People
from features.lake import Lake


def told_later(events: pl.DataFrame, lake: Lake, *, as_of: int, until: int) -> pl.DataFrame:
    """Events (``fragment, time`` and other columns) with the ``customer_id`` of whoever it was as known at ``as_of``.

    Those after it are told by who is who at ``until``: what a person does then is done by all whom they were at
    ``as_of``.
    """
    then, later = (People.at(lake, [moment]) for moment in (as_of, until))
    before = then.assigned(events.lazy().filter(pl.col("time") <= as_of))
    after = later.assigned(events.lazy().filter(pl.col("time") > as_of))
    if later.nobody_joined:
        return pl.concat([before, after]).collect()
    former = (
        later.joined.lazy().select("customer_id", former="fragment").filter(pl.col("customer_id") != pl.col("former"))
    )
    same = after.join(former, on="customer_id").with_columns(customer_id="former").drop("former")
    return pl.concat([before, after, same]).collect()
