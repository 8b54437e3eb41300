"""The population of customers who did something lately, looked at from past moments a fortnight apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import narwhals as nw
import polars as pl

from features.config.sections.targets import LapseSettings, SpendSettings
from features.errors import StamkundError
from features.events.knowledge import KNOWN_AT, known_events
from features.lake import Lake
from features.language.terms import Measure, where
from features.profiles.feature_set import FeatureSet
from features.units import DAY
from training.targets.later import told_later
from training.targets.lookup import days_since
from training.targets.origins import STEP, WARM_UP, origins, quarter_of
from training.targets.target import CUSTOMER, Population

Frame = nw.LazyFrame[pl.LazyFrame]
_NOBODY = pl.DataFrame(schema={"customer_id": pl.String, "as_of": pl.Int64, "y": pl.Int64})


@dataclass(frozen=True)
class ActiveCustomers:
    """Customers with an ``event`` in ``(as_of − active, as_of]``; the label is made of those in the horizon after it.

    ``label`` is an expression over ``after``, the number of events in the horizon, and ``value``, what they and their
    returns there are worth in sum.
    """

    label: ClassVar[nw.Expr]
    entity: ClassVar[tuple[str, ...]] = CUSTOMER
    pair_features: ClassVar[tuple[str, ...]] = ()
    settled_together: ClassVar[bool] = True

    name: str
    event: str
    horizon_us: int
    active_us: int

    @classmethod
    def declared(cls, name: str, settings: LapseSettings | SpendSettings) -> Self:
        """The target that an entry under ``targets:`` declares."""
        return cls(name, settings.event, settings.horizon, settings.active)

    @property
    def event_kinds(self) -> Sequence[str]:
        """The one kind of event."""
        return (self.event,)

    @property
    def value_kinds(self) -> Sequence[str]:
        """The kinds of events whose value is part of the label."""
        return (self.event,)

    def outcomes(self, events: Frame, *, as_of: int) -> Frame:
        """The population at ``as_of`` and what came of it: ``customer_id, as_of, y``, amounts in minor units.

        ``events`` holds ``customer_id, kind, time, known_at, value``; what was known at ``as_of`` makes the population.
        A label is only complete once they reach the horizon's end.
        """
        time, own = nw.col("time"), nw.col("kind") == self.event
        before = nw.when(own, nw.col("known_at") <= as_of).then(1).otherwise(0)
        after = nw.when(own, time > as_of).then(1).otherwise(0)
        net = nw.when(own).then(nw.col("value")).otherwise(nw.col("value") * -1)
        value = nw.when(time > as_of).then(net).otherwise(0)
        near = (time > as_of - self.active_us) & (time <= as_of + self.horizon_us)
        return (
            events.filter(nw.col("kind").is_in(self.value_kinds), ~nw.col("customer_id").is_null(), near)
            .group_by("customer_id")
            .agg(before.sum().alias("before"), after.sum().alias("after"), value.sum().alias("value"))
            .filter(nw.col("before") > 0)
            .select("customer_id", nw.lit(as_of).alias("as_of"), self.label.cast(nw.Int64).alias("y"))
        )

    def _outcomes_of(self, events: pl.DataFrame, lake: Lake, *, as_of: int) -> pl.DataFrame:
        """The same of people as they are known then, and of what they did later as is known at the horizon's end."""
        until = as_of + self.horizon_us
        near = events.filter(pl.col("time").is_between(as_of - self.active_us, until, closed="right"))
        told = told_later(near, lake, as_of=as_of, until=until)
        return self.outcomes(nw.from_native(told.lazy()), as_of=as_of).to_native().collect()

    def labels(self, lake: Lake, *, moments: Sequence[int], known_by: int | None = None) -> pl.DataFrame:
        """``customer_id, as_of, known_at, y`` of the population at each of the moments, by what is known by another."""
        every = lake.scan("events") if known_by is None else known_events(lake.scan("events"), known_by)
        narrow = every.filter(pl.col("kind").is_in(self.value_kinds))
        events = narrow.select("fragment", "kind", "time", KNOWN_AT, "value").collect()
        frames = [_NOBODY, *(self._outcomes_of(events, lake, as_of=moment) for moment in moments)]
        known_at = (pl.col("as_of") + self.horizon_us).alias("known_at")
        return pl.concat(frames).with_columns(known_at).sort("as_of", "customer_id")

    def fresh_rows(self, lake: Lake, *, first: int, as_of: int) -> pl.DataFrame:
        """The population at ``as_of``, whose label is not known yet, and at each origin before it."""
        return self.labels(lake, moments=self._moments(first=first, as_of=as_of), known_by=as_of)

    def further_rows(self, lake: Lake, *, first: int, as_of: int) -> pl.DataFrame:
        """The population half a step before each of these moments."""
        moments = self._moments(first=first, as_of=as_of)
        return self.labels(lake, moments=[moment - STEP // 2 for moment in moments], known_by=as_of)

    def early_rows(self, lake: Lake, *, first: int, as_of: int) -> pl.DataFrame:
        """What a quarter of the horizon came to for the population, weekly back to the first origin."""
        quarter = replace(self, horizon_us=quarter_of(self.horizon_us))
        moments = range(as_of - quarter.horizon_us, first + WARM_UP - 1, -STEP // 2)
        return quarter.labels(lake, moments=moments, known_by=as_of)

    def _moments(self, *, first: int, as_of: int) -> list[int]:
        return [as_of, *origins(self.horizon_us, first=first, as_of=as_of)]

    def outcome_rows(self, lake: Lake, *, as_of: int, until: int | None) -> pl.DataFrame:  # noqa: ARG002
        """The population at ``as_of``."""
        return self.labels(lake, moments=[as_of])

    def with_pair_features(self, lake: Lake, rows: pl.DataFrame) -> pl.DataFrame:  # noqa: ARG002
        """The rows as they are."""
        return rows

    def aligned_features(self, feature_set: FeatureSet) -> tuple[int, ...]:
        """All but codes, which have no order."""
        return tuple(place for place, feature in enumerate(feature_set.features) if feature.unit != "code")

    def population(self, feature_set: FeatureSet) -> Population:
        """Customers whose last event is no longer ago than the population's window."""
        last = days_since(feature_set, Measure("max", "time", where(kind=self.event)))
        if last is None:
            text = (
                f"'{self.name}' is about customers with '{self.event}' events in the last {self.active_us // DAY} "
                "days, and no feature counts the days since the last one. Run `stamkund build --refit`. Where they are "
                f"too rare for features of their own, add `take: days_since, kind: {self.event}` under `features.add`."
            )
            raise StamkundError("feature_missing", text, field=self.name)
        return Population(feature_set.features.index(last), self.active_us / DAY)
