"""What control arms show: what those whom it is decided for as declared bring more than those in an arm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Final

import numpy as np
import polars as pl

from features.arrays import Floats
from features.config.sections.decisions.control import Arm
from features.config.sections.decisions.decisions import DecisionSettings
from features.config.settings import Settings
from features.events.kinds import RETURNS
from insights.intervals.differences import difference, p_value
from insights.intervals.proportions import proportion
from insights.intervals.ratios import mean
from insights.people import Audience
from serving.store.choices.choices import DECISION, HOLDOUT

SCHEMA: Final = {
    "arm": pl.String, "gets": pl.String, "campaign": pl.String, "outcome": pl.String,
    "customers": pl.Int64, "figure": pl.Float64, "arm_customers": pl.Int64, "arm_figure": pl.Float64,
    "effect": pl.Float64, "low": pl.Float64, "high": pl.Float64, "p_value": pl.Float64, "open": pl.Int64,
}  # fmt: skip


def effects(settings: Settings, *, as_of: datetime | date | int) -> pl.DataFrame:
    """Two rows for each control arm: how many ordered, and for how much on average, with what deciding changes of it.

    Everybody is followed from the first time that something was chosen for them, or held back from them by the arm,
    for the time of `decisions: {attribution: {within: …}}`; those whose time is not over are ``open`` and not counted.
    ``figure`` is of those in no arm, ``arm_figure`` of those in this one, and ``effect`` the difference, between
    ``low`` and ``high`` in 95 of 100 cases. Amounts are net of what came back, in units of the currency. Of an arm of a
    campaign, only what is of that campaign counts. Who does not allow insights is in no figure.
    """
    moment = settings.now(as_of)
    events = Audience.at(settings, as_of=moment).events()
    declared = settings.decisions or DecisionSettings()
    within, units = declared.attribution.within, 10**settings.minor_units
    rows = [
        row
        for name, arm in declared.control.items()
        for row in _rows(name, arm, _followed(_entered(events, name, arm), events, within, moment), units)
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _entered(events: pl.LazyFrame, name: str, arm: Arm) -> pl.LazyFrame:
    """``customer_id, time, in_arm``: everybody's first time, by what was chosen for them or this arm held back."""
    shown, held = (pl.col("kind") == kind for kind in (DECISION, HOLDOUT))
    in_arm = held if arm.gets == "nothing" else shown
    among = pl.lit(value=True) if arm.campaign is None else pl.col("campaign_id") == arm.campaign
    is_own = (pl.col("status") == name).fill_null(value=False) & in_arm
    either = events.filter(among & (is_own | (pl.col("status").is_null() & shown)))
    firsts = either.select("customer_id", "time", in_arm=is_own).sort("time", "customer_id", "in_arm")
    return firsts.unique("customer_id", keep="first", maintain_order=True)


def _followed(entered: pl.LazyFrame, events: pl.LazyFrame, within: int, as_of: int) -> pl.DataFrame:
    """For those in the arm and all others: sums of what they did in time, and how many are still followed."""
    kind, is_over = pl.col("kind"), pl.col("time") + within <= as_of
    is_order, value = kind == "order", pl.col("value").fill_null(0)
    orders = events.filter(is_order | kind.is_in(RETURNS)).select(
        "customer_id", then="time", is_order=is_order, net=pl.when(is_order).then(value).otherwise(-value)
    )
    in_time = (pl.col("then") > pl.col("time")) & (pl.col("then") <= pl.col("time") + within)
    outcome = (
        entered.join(orders, on="customer_id").filter(in_time).group_by("customer_id")
        .agg(ordered=pl.col("is_order").any(), value=pl.col("net").sum())
    )  # fmt: skip
    told = entered.join(outcome, on="customer_id", how="left")
    ordered, value = pl.col("ordered").fill_null(value=False), pl.col("value").fill_null(0).cast(pl.Float64)
    sums = told.group_by("in_arm").agg(
        customers=is_over.sum(),
        ordered=(ordered & is_over).sum(),
        value=value.filter(is_over).sum(),
        squares=(value**2).filter(is_over).sum(),
        open=(~is_over).sum(),
    )
    both = pl.LazyFrame({"in_arm": [False, True]})
    return both.join(sums, on="in_arm", how="left").with_columns(pl.exclude("in_arm").fill_null(0)).collect()


def _rows(name: str, arm: Arm, followed: pl.DataFrame, units: int) -> Iterator[dict[str, object]]:
    """What an arm shows, an outcome a row."""
    rest, own = followed.sort("in_arm").iter_rows(named=True)
    figures = {
        "ordered": [proportion(_share(each), each["customers"]) for each in (rest, own)],
        "value": [mean(each["value"], each["squares"], each["customers"]) * (1 / units) for each in (rest, own)],
    }
    for outcome, (others, held) in figures.items():
        effect = difference(others, held)
        yield {
            "arm": name,
            "gets": arm.gets,
            "campaign": arm.campaign,
            "outcome": outcome,
            "customers": rest["customers"],
            "figure": _known(others.value),
            "arm_customers": own["customers"],
            "arm_figure": _known(held.value),
            "effect": _known(effect.value),
            "low": _known(effect.low),
            "high": _known(effect.high),
            "p_value": _known(p_value(effect)),
            "open": rest["open"] + own["open"],
        }


def _share(group: Mapping[str, float]) -> float:
    return group["ordered"] / group["customers"] if group["customers"] else float("nan")


def _known(value: Floats) -> float | None:
    """A figure, None where nobody can tell."""
    return None if np.isnan(value) else float(value)
