"""What everybody who ever bought brought until each period's end, by the people as they were known then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl

from features.arrays import Floats, Ints
from features.events.kinds import RETURNS
from insights.dimensions.dimension import Dimension
from insights.metrics.definitions.columns import amount
from insights.people import Audience
from insights.periods import Periods


@dataclass(frozen=True)
class SoFar:
    """``brought``: ``version, period, value`` of each version of a person, and the ``spells`` in which these are told.

    ``spells`` has ``version, customer_id, start, until`` (places of periods) and what is known of each customer: at the
    ends of the periods ``[start, until)`` the version is that customer, may be told of, and nothing else is known.
    """

    brought: pl.DataFrame
    spells: pl.DataFrame

    @classmethod
    def of(cls, audience: Audience, of: str, periods: Periods) -> Self:
        """Of a column, such as ``net_value``."""
        ends = np.minimum(periods.ends, audience.as_of)
        people, events = audience.events_by_version(ends.tolist())
        bought = events.filter(pl.col("kind").is_in(["order", *RETURNS]))
        told = bought.select("time", version="customer_id", value=amount(of)).collect(engine="streaming")
        place = pl.Series("period", periods.place(told["time"].to_numpy()), dtype=pl.Int64)
        brought = (
            told.with_columns(place).group_by("version", "period").agg(pl.col("value").sum()).sort("period", "version")
        )
        first = brought.group_by("version").agg(began=pl.col("period").min())
        windows = first.join(people.versions.table.rename({"key": "version"}), on="version", how="left").with_columns(
            pl.coalesce("customer_id", "version").alias("customer_id"), pl.coalesce("until", pl.lit(len(periods))),
            since=pl.max_horizontal("began", pl.col("first").fill_null(0)),
        )  # fmt: skip
        own = windows.filter(pl.col("since") < pl.col("until")).select("version", "customer_id", "since", "until")
        return cls(brought, _spells(audience, own, ends))

    def totals(self, dimension: Dimension | None, periods: int) -> Iterator[Floats]:
        """``[group, 3]`` of each period: how many customers there are, what they brought so far, and its squares."""
        keys = self.spells["version"].unique().sort()
        brought = self.brought.filter(pl.col("version").is_in(keys.implode()))
        now_of, who = brought["period"].to_numpy(), keys.search_sorted(brought["version"]).to_numpy()
        value, whose = brought["value"].fill_null(0).to_numpy(), keys.search_sorted(self.spells["version"]).to_numpy()
        groups = 1 if dimension is None else len(dimension.labels)
        group = np.zeros(len(whose), np.int64) if dimension is None else dimension.places(self.spells)
        start, until = self.spells["start"].to_numpy(), self.spells["until"].to_numpy()
        so_far = np.zeros(len(keys))
        for place in range(periods):
            now = slice(*now_of.searchsorted([place, place + 1]))
            so_far[who[now]] += value[now]
            there = (start <= place) & (place < until)
            own = so_far[whose[there]]
            yield np.stack([np.bincount(group[there], each, groups) for each in (None, own, own**2)], axis=1)


def _spells(audience: Audience, windows: pl.DataFrame, ends: Ints) -> pl.DataFrame:
    """The windows, cut wherever something else is known of a customer, without those in which nothing may be told."""
    known = audience.known(ends.tolist())
    of_all = [int(ends.searchsorted(moment)) for moment in known.turns_of_all]
    turns = pl.concat([
        windows.select("version", start="since"),
        _placed(windows, known.turns().rename({"customer_id": "version"}), "version", ends),
        _placed(windows, audience.turns(), "customer_id", ends),
        *(windows.select("version", start=pl.lit(place, pl.Int64)) for place in of_all),
    ])  # fmt: skip
    cut = turns.unique().join(windows, on="version").filter(
        pl.col("start") >= pl.col("since"), pl.col("start") < pl.col("until")
    ).sort("version", "start")  # fmt: skip
    until = pl.coalesce(pl.col("start").shift(-1).over("version"), "until")
    moments = pl.Series("as_of", ends[cut["start"].to_numpy()], dtype=pl.Int64)
    spells = cut.with_columns(until.alias("until"), moments).drop("since")
    return known.beside(audience.over_then(spells.lazy(), "as_of").collect()).drop("as_of")


def _placed(windows: pl.DataFrame, turns: pl.DataFrame, by: str, ends: Ints) -> pl.DataFrame:
    """``version, start``: the first period at whose end each turn (µs) of a key, or customer, is known."""
    own = turns.join(windows.select("version", "customer_id").unique(), on=by)
    return own.select("version", start=pl.Series(ends.searchsorted(own["turn"].to_numpy()), dtype=pl.Int64))


def by_dimension(
    so_far: SoFar, dimensions: Sequence[Dimension], periods: int
) -> Iterator[tuple[Dimension | None, Floats]]:
    """The totals ``[period, group, 3]`` of all, and by what is known of customers."""
    for dimension in (None, *(each for each in dimensions if each.of_customers)):
        yield dimension, np.stack(list(so_far.totals(dimension, periods)))
