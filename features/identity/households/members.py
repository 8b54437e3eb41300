"""Everybody's household at a moment, and how many people it holds."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import polars as pl

from features.events.identifiers import TYPE, USER
from features.events.knowledge import KNOWN_AT
from features.identity.households.household import household_id
from features.identity.people import People
from features.lake import Lake
from features.privacy.attributes import AttributeHistory
from features.privacy.gatekeeper import EVERYBODY, Pass

COLUMNS = pl.Schema({"customer_id": pl.String(), "household_id": pl.String(), "household_people": pl.Int64()})
_FRAGMENT = (
    pl.when(pl.col("id_type") == USER, ~pl.col("id").str.contains(f"^{TYPE}:"))
    .then("id")
    .otherwise(pl.format("{}:{}", "id_type", "id"))
)


def households_at(lake: Lake, attributes: Sequence[str], *, as_of: int, allowed: Pass = EVERYBODY) -> pl.DataFrame:
    """``customer_id, household_id, household_people`` of the people known at a moment (µs) who have all attributes.

    Attributes are those of the table of customers and, from their time on, of ``identify`` events. Somebody is known
    from their first event on, or from when a table says that it knew them; of whom nothing tells a time, always.
    Who is not ``allowed`` is in no household.

    >>> from pathlib import Path
    >>> households_at(Lake(Path("nowhere")), ["street", "postcode"], as_of=0).columns
    ['customer_id', 'household_id', 'household_people']
    """
    people = People.at(lake, [as_of])
    history = AttributeHistory.of(attributes, people.customer_events(), people.about("customers"))
    values = [history.at(name, as_of=as_of).rename({"value": f"{n}"}) for n, name in enumerate(attributes)]
    told = reduce(lambda left, right: left.join(right, on="customer_id"), values)
    known = allowed.over(told.lazy().join(_unknown_yet(people, as_of), on="customer_id", how="anti")).collect()
    places = known.drop("customer_id").unique()
    ids = pl.Series([household_id(row) for row in places.iter_rows()], dtype=pl.String)
    homes = known.join(places.with_columns(household_id=ids), on=places.columns).drop_nulls("household_id")
    counted = homes.with_columns(household_people=pl.len().over("household_id").cast(pl.Int64))
    return counted.select(COLUMNS.names()).sort("customer_id")


def _unknown_yet(people: People, as_of: int) -> pl.LazyFrame:
    """The customers of whom all that tells a time came after a moment."""
    events = people.customer_events().select("customer_id", KNOWN_AT)
    told = people.lake.scan("identifications").select("time", fragment=_FRAGMENT)
    rows = people.assigned(told).select("customer_id", known_at="time")
    first = pl.concat([events, rows]).group_by("customer_id").agg(pl.col("known_at").min())
    return first.filter(pl.col("known_at") > as_of).select("customer_id")
