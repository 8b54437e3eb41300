"""What came of decisions: the events that name them, beside each candidate that was chosen."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import polars as pl

from features.config.sections.decisions.decisions import DecisionSettings
from features.config.settings import Settings
from features.events.kinds import RETURNS
from features.events.knowledge import known_events
from features.identity.people import events_at
from features.lake import Lake

_FIRSTS: Final = {"exposed": "exposure", "clicked": "click", "redeemed": "redeem"}  # the first of each kind
_KEY: Final = ["decision_id", "placement", "position"]
_PROPERTIES: Final = pl.Struct({"placement": pl.String, "position": pl.Int64})


def outcomes(settings: Settings, *, as_of: datetime | date | int) -> pl.DataFrame:
    """A row for each candidate that a decision chose, with what came of it, as known at ``as_of``.

    ``exposed``, ``clicked`` and ``redeemed`` are the first moments (µs) within `decisions: {attribution: {within: …}}`,
    ``orders`` tells how many orders came and ``value`` what they brought in minor units, net of what came back. An
    event counts for the candidate whose offer it names, or else for the first one of its decision. ``complete`` tells
    whether the time for outcomes is over.
    """
    declared = settings.decisions or DecisionSettings()
    return outcomes_in(Lake(settings.lake), within=declared.attribution.within, as_of=settings.now(as_of))


def outcomes_in(lake: Lake, *, within: int, as_of: int) -> pl.DataFrame:
    """The same of the events of a lake, that came in ``within`` µs."""
    events = known_events(events_at(lake, as_of=as_of), as_of).filter(pl.col("decision_id").is_not_null())
    choices = _choices(events)
    matched = _matched(choices, events.filter(pl.col("kind") != "decision"), within)
    returned = pl.col("kind").is_in(RETURNS)
    is_order = pl.col("kind") == "order"
    told = matched.group_by(_KEY).agg(
        *(pl.col("event_time").filter(pl.col("kind") == kind).min().alias(name) for name, kind in _FIRSTS.items()),
        orders=pl.coalesce("order_id", "event_id").filter(is_order).n_unique().cast(pl.Int64),
        value=pl.when(is_order).then("value").when(returned).then(-pl.col("value")).otherwise(0).sum(),
    )
    return (
        choices.join(told, on=_KEY, how="left")
        .with_columns(pl.col("orders", "value").fill_null(0), complete=pl.col("time") + within <= as_of)
        .sort("time", *_KEY)
        .collect()
    )


def _choices(events: pl.LazyFrame) -> pl.LazyFrame:
    told = pl.col("properties").str.json_decode(_PROPERTIES)
    return events.filter(pl.col("kind") == "decision").select(
        "decision_id",
        placement=told.struct.field("placement"),
        position=told.struct.field("position"),
        customer_id="customer_id",
        time="time",
        channel="channel",
        campaign_id="campaign_id",
        offer_id="offer_id",
    )


def _matched(choices: pl.LazyFrame, events: pl.LazyFrame, within: int) -> pl.LazyFrame:
    """The events that name a decision in time, each beside the candidate that it counts for."""
    named = events.select(
        "decision_id", "event_id", "source", "kind", "order_id", "value", event_time="time", event_offer="offer_id"
    )
    in_order = choices.sort("decision_id", "position", "placement")
    pairs = in_order.with_columns(is_first=pl.col("decision_id").is_first_distinct()).join(named, on="decision_id")
    pairs = pairs.filter(pl.col("event_time").is_between(pl.col("time"), pl.col("time") + within))
    same = (pl.col("offer_id") == pl.col("event_offer")).fill_null(value=False)
    is_told = same.any().over("decision_id", "source", "event_id")
    return pairs.filter(same | (~is_told & pl.col("is_first")))
