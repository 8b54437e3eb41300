"""Who leaves: of those there when a month begins, who is not when it ends."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import polars as pl

from features.language.formulas.stages import STAGES
from insights.people import Audience
from insights.periods import Periods
from insights.stages.known import stages_at

ACTIVE: Final = tuple(float(place) for place, name in enumerate(STAGES) if name not in ("prospect", "lapsed"))
_NOBODY: Final = pl.DataFrame(
    schema={"customer_id": pl.String, "period": pl.Int64, "days": pl.Float64, "ended": pl.Boolean}
)


def lapses(audience: Audience, periods: Periods) -> pl.DataFrame:
    """Of those who are customers by their own rhythm when a period begins, who has lapsed when it ends.

    The stages are those of the build's features at both moments; without a build there is nobody.
    """
    moments = _moments(audience, periods)
    if len(moments) < 2:
        return _NOBODY
    stages = stages_at(audience, moments)
    there = stages.filter(pl.col("stage").is_in(ACTIVE)).select("customer_id", "as_of")
    gone = stages.filter(pl.col("stage") == STAGES.index("lapsed")).select("customer_id", "as_of")
    return _told(moments, there, gone)


def subscription_ends(audience: Audience, periods: Periods, *, grace: int) -> pl.DataFrame:
    """Of those with a subscription in force when a period begins, who has none when it ends.

    One is in force from its start or renewal until it ends, or is not renewed within ``grace`` (µs) of when it should.
    People are those known when the period ends.
    """
    moments = _moments(audience, periods)
    if len(moments) < 2:
        return _NOBODY
    kinds = ["subscription_start", "subscription_renewal", "subscription_end"]
    columns = ("customer_id", "subscription_id", "time", "event_id", "kind", "renews_at")
    people, every = audience.events_by_version(moments)
    events = every.filter(pl.col("kind").is_in(kinds)).select(columns).collect().sort("time", "event_id")
    in_force = [_in_force(events, moment, grace) for moment in moments]
    months = [
        begin.with_columns(
            period=pl.lit(place, pl.Int64), as_of=pl.lit(moments[place], pl.Int64), days=pl.lit(0.0),
            ended=~pl.col("customer_id").is_in(end["customer_id"].implode()),
        )
        for place, (begin, end) in enumerate(pairwise(in_force), start=1)
    ]  # fmt: skip
    theirs = audience.over_then(people.told(pl.concat(months)).lazy(), "as_of")
    return theirs.select(_NOBODY.columns).collect().sort("period", "customer_id")


def _in_force(events: pl.DataFrame, moment: int, grace: int) -> pl.DataFrame:
    last = events.filter(pl.col("time") <= moment).unique(["customer_id", "subscription_id"], keep="last")
    due = pl.col("renews_at").is_null() | (pl.col("renews_at") + grace > moment)
    own = last.filter(pl.col("kind") != "subscription_end", due)
    return own.select("customer_id").unique()


def _moments(audience: Audience, periods: Periods) -> list[int]:
    """The ends of the periods that are over; each is the beginning of the next one."""
    return [int(end) for end in periods.ends if end <= audience.as_of]


def _told(moments: list[int], there: pl.DataFrame, gone: pl.DataFrame) -> pl.DataFrame:
    places = pl.DataFrame({"as_of": moments, "period": range(1, len(moments) + 1)})
    begun = there.join(places, on="as_of").select("customer_id", "period")
    left = gone.join(places, on="as_of").select("customer_id", period=pl.col("period") - 1, ended=pl.lit(value=True))
    told = begun.filter(pl.col("period") < len(moments)).join(left, on=["customer_id", "period"], how="left")
    ended = told.with_columns(pl.col("ended").fill_null(value=False), days=pl.lit(0.0))
    return ended.select(_NOBODY.columns).sort("period", "customer_id")
