"""Who was asked in each period, and how much each answer counts so that those who gave one stand for all of them."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from features.arrays import Floats, Ints
from features.errors import StamkundError
from features.events.kinds import RETURNS
from features.events.knowledge import known_events
from features.language.terms import Where
from features.units import DAY
from insights.intervals import response_weights
from insights.metrics.definitions.columns import amount, meets
from insights.metrics.exchange.identification import NOT_THERE
from insights.metrics.standings import stages_of
from insights.people import Audience, end_of
from insights.periods import Periods
from insights.spending import Spending, bands

_EVENT, _TOLD = ("fragment", "time", "event_id"), ("end", "answered", "channel", "at", "there")
_YEAR: Final = 365 * DAY  # of spending, by which customers are told apart by value


def profile_weights(audience: Audience, where: Where, periods: Periods) -> pl.DataFrame:
    """``customer_id, period, weight, unheard`` of those who gave an answer that meets conditions.

    In each period the answers are spread as those asked are over the stage of their life, the channel and the quarter
    by value (raking). Asked were those contacted by the campaigns that the answers name, or, where these are known of
    nobody, all customers who were there. Weights are NaN in periods where few answers would speak for all.
    """
    people = _known(audience, _asked(audience, where, periods), periods)
    answered = people.filter(pl.col("answered").any().over("period"))
    parts = [_answers(own) for _, own in answered.group_by("period", maintain_order=True)]
    schema = {"customer_id": pl.String, "period": pl.Int64, "weight": pl.Float64, "unheard": pl.Float64}
    return pl.concat([pl.DataFrame(schema=schema), *parts])


def _answers(people: pl.DataFrame) -> pl.DataFrame:
    """The weights of the answers of one period."""
    groups = [people[name].to_numpy() for name in ("stage", "channel")]
    answers = people.filter("answered").select("customer_id", "period")
    try:
        found = response_weights([*groups, bands(people["spent"].to_numpy())], people["answered"].to_numpy())
    except StamkundError as error:
        if error.code != "weights_too_uneven":
            raise
        return answers.with_columns(weight=pl.lit(np.nan), unheard=pl.lit(np.nan))
    return answers.with_columns(weight=pl.Series(found.weights), unheard=pl.lit(found.unheard))


def _asked(audience: Audience, where: Where, periods: Periods) -> pl.DataFrame:
    """``customer_id, period, channel, answered`` of everybody who was asked or answered.

    A contact asked once an answer has named its campaign. From the first period on in which any did, contacts are what
    asks; before it, whatever customers did.
    """
    events = known_events(audience.lake.scan("events"), audience.as_of).filter(pl.col("time") >= int(periods.edges[0]))
    answered = meets(where) & pl.col("rating").is_not_null()
    own = events.with_columns(end=end_of(periods), answered=answered)
    named = _named(own)
    contacts = own.with_columns(known=pl.max_horizontal("end", named))
    asked = (pl.col("kind") == "contact") & named.is_not_null()
    first = contacts.filter(asked).select(pl.col("known").min()).collect(engine="streaming").item()
    there = _people(audience, own.with_columns(known="end"), ~pl.col("kind").is_in(NOT_THERE))
    if first is None:
        people = there
    else:
        of_contacts = _people(audience, contacts, asked)
        people = pl.concat([there.filter(pl.col("end") < first), of_contacts.filter(pl.col("end") >= first)])
    place = pl.Series("period", np.searchsorted(periods.ends, people["end"].to_numpy()).astype(np.int64))
    return people.with_columns(place).sort("period", "customer_id")


def _named(events: pl.LazyFrame) -> pl.Expr:
    """The end of the period in which an answer first named an event's campaign; null where none did."""
    answers = events.filter(pl.col("answered")).select("campaign_id", "end").drop_nulls()
    named = answers.group_by("campaign_id").agg(pl.col("end").min()).collect(engine="streaming")
    ends = dict(named.iter_rows())
    return pl.col("campaign_id").replace_strict(ends, default=None, return_dtype=pl.Int64)


def _people(audience: Audience, events: pl.LazyFrame, asks: pl.Expr) -> pl.DataFrame:
    """``customer_id, end, channel, answered`` of who was asked in a period, as is ``known`` at its end, or answered.

    The channel is the latest by then: of the contact that asked, or of what they did but answer.
    """
    there = events.filter(asks & (pl.col("known") == pl.col("end")) | pl.col("answered"))
    told = events.filter(asks, pl.col("kind") != "survey", pl.col("channel").is_not_null())
    no = pl.lit(value=False)
    nothing = pl.lit(None, pl.String).alias("channel"), pl.lit(None, pl.Int64).alias("at")
    rows = pl.concat([
        there.select(*_EVENT, "end", "answered", *nothing, there=pl.lit(value=True)),
        told.select(*_EVENT, "channel", end="known", answered=no, at="time", there=no).select(*_EVENT, *_TOLD),
    ])  # fmt: skip
    latest = pl.col("channel").sort_by("at", "event_id").last()
    people = (
        audience.events_of_periods(rows)
        .group_by("customer_id", "end")
        .agg(latest, pl.col("at").max(), pl.col("answered").any(), pl.col("there").any())
        .collect(engine="streaming")
        .sort("customer_id", "end")
    )
    newest = pl.col("at") == pl.col("at").cum_max().over("customer_id")  # what became known later may be older
    channel = pl.when(newest).then("channel").forward_fill().over("customer_id")
    return people.with_columns(channel).filter("there").select("customer_id", "end", "channel", "answered")


def _known(audience: Audience, people: pl.DataFrame, periods: Periods) -> pl.DataFrame:
    """With ``stage`` and ``channel`` as numbers, and what they had ``spent`` in the year until the period's end."""
    ends = np.minimum(people["end"].to_numpy(), audience.as_of)
    months = Periods.of("month", int(periods.edges[0]), audience.as_of, periods.timezone).ends
    moments = [int(end) for end in months if end < audience.as_of]
    standing = stages_of(audience, [*moments, audience.as_of])
    nothing = pl.Series([None] * people.height, dtype=pl.String)
    stage = nothing if standing is None else standing.at(ends, people["customer_id"])
    numbered = (pl.col(name).fill_null("").rank("dense").cast(pl.Int64) for name in ("stage", "channel"))
    spent = pl.Series("spent", _spent(audience, people["customer_id"], ends))
    return people.with_columns(stage.alias("stage"), spent).with_columns(numbered)


def _spent(audience: Audience, customers: pl.Series, ends: Ints) -> Floats:
    """What each spent, less returns, in the year until a moment, as the people were known then."""
    people, events = audience.events_by_version(np.unique(ends).tolist())
    orders = events.filter(pl.col("kind").is_in(["order", *RETURNS]))
    money = orders.select("customer_id", "time", net=amount("net_value")).drop_nulls().collect(engine="streaming")
    keyed = people.versions.keyed(pl.DataFrame({"customer_id": customers, "as_of": ends}))["key"]
    names = pl.concat([keyed, money["customer_id"]]).unique().sort()
    who, asked = (names.search_sorted(each).to_numpy().astype(np.int64) for each in (money["customer_id"], keyed))
    spending = Spending.of(who, money["time"].to_numpy(), money["net"].to_numpy().astype(np.float64))
    return spending.between(asked, ends - _YEAR, ends)[0]
