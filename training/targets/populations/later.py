"""Events of people as they are known at one moment, and their later ones as is known at others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl

from features.events.identifiers import visitors
from features.identity.fold import ALWAYS, NEVER
from features.identity.people import People
from features.lake import Lake

_EVER = (pl.lit(ALWAYS).alias("since"), pl.lit(NEVER).alias("until"))


@dataclass(frozen=True)
class ByTime:
    """Events (``fragment, time`` and other columns) in the order of time, to be told of one moment after the other.

    Where nobody was ever joined they have their ``customer_id`` from the beginning, as places in the order of ids: what
    is grouped and sorted by them needs no texts.
    """

    events: pl.DataFrame
    lake: Lake

    @classmethod
    def of(cls, events: pl.DataFrame, lake: Lake) -> Self:
        """Some events of a lake."""
        if lake.scan("persons").head(1).collect().is_empty():
            ids = pl.Enum(events["fragment"].unique().sort().drop_nulls())
            own = People.at(lake, []).assigned(events.lazy()).drop("fragment")
            events = own.with_columns(pl.col("customer_id").cast(ids)).collect()
        return cls(events.sort("time"), lake)

    def told(self, *, after: int | None, as_of: int, until: int) -> pl.DataFrame:
        """Those in ``(after, until]`` with their ``customer_id``, as :func:`told_later` tells it."""
        bounds = np.array([np.iinfo(np.int64).min if after is None else after, until])
        start, end = np.searchsorted(self.events["time"].to_numpy(), bounds, side="right").tolist()
        near = self.events[start:end]
        return near if "customer_id" in near.columns else told_later(near, self.lake, as_of=as_of, until=until)


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


def told_over_time(events: pl.LazyFrame, lake: Lake) -> pl.LazyFrame:
    """Events (``fragment, time`` and other columns) with every customer (``customer_id``) whose they ever are.

    They are that customer's as known at moments (µs) in ``[since, until)``.
    """
    persons = lake.scan("persons").rename({"from": "since", "to": "until"}).collect()
    names = _names(persons)
    others = names.select("customer_id", "since", "until", other="fragment").filter(~visitors(pl.col("other")))
    told = names.join(events.select("fragment").unique().collect(engine="streaming"), on="fragment", how="semi")
    both = told.join(others, on="customer_id", suffix="_of_other")
    since, until = pl.max_horizontal("since", "since_of_other"), pl.min_horizontal("until", "until_of_other")
    same = both.select("fragment", "nobody_from", since=since, until=until, customer_id="other")
    nobodys = (pl.col("time") >= pl.col("nobody_from")).fill_null(value=False)
    joined = events.join(same.filter(pl.col("since") < pl.col("until")).lazy(), on="fragment").filter(~nobodys)
    known = pl.concat([names["fragment"], persons["fragment"]]).unique().to_frame().lazy()
    alone = events.join(known, on="fragment", how="anti").filter(~visitors(pl.col("fragment")))
    own = alone.with_columns(*_EVER, customer_id=pl.col("fragment"))
    columns = [*events.collect_schema().names(), "since", "until", "customer_id"]
    return pl.concat([own.select(columns), joined.select(columns)])


def _names(persons: pl.DataFrame) -> pl.DataFrame:
    """``fragment, customer_id, since, until, nobody_from``: what everybody who was ever joined is called when."""
    first = persons.group_by("fragment").agg(until=pl.col("since").min())
    apart = first.filter(pl.col("until") > ALWAYS, ~visitors(pl.col("fragment"))).with_columns(_EVER[0])
    never_called_otherwise = persons.select(pl.col("customer_id").unique().drop_nulls().alias("fragment"))
    always = never_called_otherwise.join(persons, on="fragment", how="anti").with_columns(_EVER)
    themselves = [frame.with_columns(customer_id=pl.col("fragment")) for frame in (apart, always)]
    return pl.concat([persons, *themselves], how="diagonal").drop_nulls("customer_id")
