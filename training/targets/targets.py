"""What is to be predicted: a population and a label at a moment, declared once for training, scoring and evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import narwhals as nw
import polars as pl

from features.config.settings import Settings
from features.config.targets import Redemption, TargetSettings
from features.units import DAY

Frame = nw.LazyFrame[pl.LazyFrame]
TargetType = Literal["lapse", "spend", "redemption"]
Kind = Literal["probability", "amount"]
PAIR = ("customer_id", "campaign_id")


@dataclass(frozen=True)
class Target:
    """One thing to predict. Features see ``(as_of − window, as_of]``, the label ``(as_of, as_of + horizon]``.

    ``event`` is the kind of event that makes the population: an activity for lapse and spend, a contact for
    redemption, where ``response`` is the kind that answers it.

    >>> lapse = Target("lapse", "lapse", event="order", response=None, horizon_us=28 * DAY, active_us=56 * DAY)
    >>> lapse.kind, lapse.description
    ('probability', 'Of customers with order in the last 56 days: no order in the next 28 days.')
    """

    name: str
    type: TargetType
    event: str
    response: str | None
    horizon_us: int
    active_us: int

    @property
    def kind(self) -> Kind:
        """Whether a model of it says a probability or an amount of money."""
        return "amount" if self.type == "spend" else "probability"

    @property
    def description(self) -> str:
        """The target in plain words."""
        ahead, back = self.horizon_us // DAY, self.active_us // DAY
        if self.type == "redemption":
            return f"Of customers reached by {self.event}: {self.response} of that campaign within {ahead} days."
        outcome = f"no {self.event}" if self.type == "lapse" else f"value of {self.event}"
        return f"Of customers with {self.event} in the last {back} days: {outcome} in the next {ahead} days."


def target_of(name: str, settings: TargetSettings) -> Target:
    """The target that one entry under ``targets:`` declares."""
    if isinstance(settings, Redemption):
        return Target(name, settings.type, settings.contact, settings.response, settings.horizon, 0)
    return Target(name, settings.type, settings.event, None, settings.horizon, settings.active)


def targets_of(settings: Settings) -> dict[str, Target]:
    """Every declared target by name, in the order of the file."""
    return {name: target_of(name, declared) for name, declared in settings.targets.items()}


def outcomes(events: Frame, target: Target, *, as_of: int) -> Frame:
    """The population of a lapse or spend target at ``as_of`` and what came of it: ``customer_id, as_of, y``.

    Amounts are in minor units here. A label is only complete once the events reach ``as_of + horizon``.
    """
    time = nw.col("time")
    before = nw.when(time <= as_of).then(1).otherwise(0)
    after = nw.when(time > as_of).then(1).otherwise(0)
    value = nw.when(time > as_of).then(nw.col("value")).otherwise(0)
    seen = (time > as_of - target.active_us) & (time <= as_of + target.horizon_us)
    label = nw.when(nw.col("after") == 0).then(1).otherwise(0) if target.type == "lapse" else nw.col("value")
    return (
        events.filter(nw.col("kind") == target.event, ~nw.col("customer_id").is_null(), seen)
        .group_by("customer_id")
        .agg(before.sum().alias("before"), after.sum().alias("after"), value.sum().alias("value"))
        .filter(nw.col("before") > 0)
        .select("customer_id", nw.lit(as_of).alias("as_of"), label.cast(nw.Int64).alias("y"))
    )


def contacts(events: Frame, ends: Frame, target: Target) -> Frame:
    """A redemption target's rows, one a contact: ``customer_id, campaign_id, as_of, known, y``.

    ``as_of`` is the contact's time. The outcome is known at the campaign's end (``ends``: ``campaign_id, ends``) or
    after the horizon, whichever comes first; ``y`` is 1 if the customer responded in ``(as_of, known]``. Contacts of
    campaigns without offers are not in ``ends`` and not here: there is nothing to decide for them.
    """
    return _answered(_reached(events, target), events, ends, target)


def reached_before(events: Frame, ends: Frame, target: Target, *, as_of: int) -> Frame:
    """The same at one moment, of customers whom a campaign that still runs had reached before: what is scored then.

    Theirs is what is left of the campaign, also when they have responded already. A contact counts for a horizon.
    """
    latest = _reached(events, target).filter(nw.col("as_of") <= as_of).group_by(*PAIR).agg(nw.col("as_of").max())
    recent = latest.filter(nw.col("as_of") < as_of, nw.col("as_of") > as_of - target.horizon_us)
    asked = recent.with_columns(nw.lit(as_of).cast(nw.Int64).alias("as_of"))
    return _answered(asked, events, ends, target).filter(nw.col("known") > as_of)


def _reached(events: Frame, target: Target) -> Frame:
    complete = ~nw.all_horizontal(nw.col(*PAIR).is_null(), ignore_nulls=False)
    contacted = events.filter(nw.col("kind") == target.event).filter(complete)
    return contacted.select(*PAIR, nw.col("time").alias("as_of")).unique()


def _answered(asked: Frame, events: Frame, ends: Frame, target: Target) -> Frame:
    """Pairs at moments with when their outcome is known, and whether there was a response in ``(as_of, known]``."""
    horizon = nw.col("as_of") + target.horizon_us
    known = nw.when(nw.col("ends") < horizon).then(nw.col("ends")).otherwise(horizon)
    responses = events.filter(nw.col("kind") == target.response).select(*PAIR, "time")
    responded = (nw.col("time") > nw.col("as_of")) & (nw.col("time") <= nw.col("known"))
    return (
        asked.join(ends, on="campaign_id", how="inner")
        .with_columns(known.alias("known"))
        .join(responses, on=list(PAIR), how="left")
        .with_columns(nw.when(responded).then(1).otherwise(0).alias("y"))
        .group_by(*PAIR, "as_of", "known")
        .agg(nw.col("y").max())
    )
