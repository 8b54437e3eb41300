"""Targets of customers who are looked at together, from past moments a fortnight apart."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import narwhals as nw
import polars as pl

from features.events.knowledge import KNOWN_AT, known_events
from features.lake import Lake
from features.language.feature import Feature
from features.profiles.fitted.feature_set import FeatureSet
from training.targets.frame.target import CUSTOMER, Asked, Population
from training.targets.populations.later import ByTime
from training.targets.populations.members import Members
from training.targets.populations.origins import STEP, WARM_UP, a_year_before_each, origins, quarter_of

Frame = nw.LazyFrame[pl.LazyFrame]
_NOBODY = pl.DataFrame(schema={"customer_id": pl.String, "as_of": pl.Int64, "y": pl.Int64})


@dataclass(frozen=True)
class Customers(ABC):
    """Customers who are ``members`` of a population at a moment; the label is made of what they do in the horizon.

    A type says what each event after the moment counts (``counted``), which events those are (``told_by``), and what
    label their sum (a column ``counted``) makes (``label``). ``columns`` are those of an event that it reads.
    """

    in_money: ClassVar[bool] = False
    entity: ClassVar[tuple[str, ...]] = CUSTOMER
    pair_features: ClassVar[tuple[str, ...]] = ()
    settled_together: ClassVar[bool] = True
    from_table: ClassVar[bool] = False
    absence: ClassVar[bool] = False
    asked_of_orders: ClassVar[Asked | None] = None
    treated_share: ClassVar[float | None] = None
    columns: ClassVar[tuple[str, ...]] = ()
    label: ClassVar[nw.Expr] = nw.col("counted")

    name: str
    event: str
    horizon_us: int

    @property
    @abstractmethod
    def members(self) -> Members:
        """Who belongs to the population."""

    @property
    def told_by(self) -> nw.Expr:
        """The events that tell the label: those of the kind."""
        return nw.col("kind") == self.event

    @property
    def counted(self) -> nw.Expr:
        """What an event counts: 1 if it is of those that tell the label."""
        return nw.when(self.told_by).then(1).otherwise(0)

    @property
    def event_kinds(self) -> Sequence[str]:
        """The kinds that the population and the label are made of."""
        return tuple(dict.fromkeys((self.event, *self.members.kinds)))

    @property
    def event_words(self) -> Mapping[str, str]:
        """None."""
        return {}

    def read(self, lake: Lake, events: Frame) -> Frame:  # noqa: ARG002
        """Events of the lake with what the label needs to know of each."""
        return events

    def outcomes(self, events: Frame, *, as_of: int) -> Frame:
        """The population at ``as_of`` and what came of it: ``customer_id, as_of, y``, amounts in minor units.

        ``events`` holds ``customer_id, kind, time, known_at`` and the type's columns; what was known at ``as_of`` makes
        the population. A label is only complete once they reach the horizon's end.
        """
        weight = nw.when(nw.col("known_at") <= as_of).then(self.members.weight).otherwise(0)
        counted = nw.when(nw.col("time") > as_of).then(self.counted).otherwise(0)
        return (
            events.filter(~nw.col("customer_id").is_null(), self._near(as_of))
            .group_by("customer_id")
            .agg(weight.sum().alias("weight"), counted.sum().alias("counted"))
            .filter(nw.col("weight") > 0)
            .select("customer_id", nw.lit(as_of).alias("as_of"), self.label.cast(nw.Int64).alias("y"))
        )

    def _near(self, as_of: int) -> nw.Expr:
        """The events that the population and its label at a moment can be made of."""
        back, ahead = self.members.look_back_us, nw.col("time") <= as_of + self.horizon_us
        return ahead if back is None else ahead & (nw.col("time") > as_of - back)

    def _outcomes_of(self, events: ByTime, *, as_of: int) -> pl.DataFrame:
        """The same of people as they are known then, and of what they did later as is known at the horizon's end."""
        back, until = self.members.look_back_us, as_of + self.horizon_us
        near = events.told(after=None if back is None else as_of - back, as_of=as_of, until=until)
        found = self.outcomes(nw.from_native(near.lazy()), as_of=as_of).to_native().collect()
        return found.sort("customer_id").with_columns(pl.col("customer_id").cast(pl.String))

    def labels(self, lake: Lake, *, moments: Sequence[int], known_by: int | None = None) -> pl.DataFrame:
        """``customer_id, as_of, known_at, y`` of the population at each of the moments, by what is known by another."""
        return pl.concat(self.labels_by_moment(lake, moments=sorted(moments), known_by=known_by))

    def labels_by_moment(
        self, lake: Lake, *, moments: Sequence[int], known_by: int | None = None
    ) -> Iterator[pl.DataFrame]:
        """The same, a frame a moment; at least an empty one."""
        every = lake.scan("events") if known_by is None else known_events(lake.scan("events"), known_by)
        known = nw.from_native(every.with_columns(KNOWN_AT))
        narrow = self.read(lake, known.filter(self.members.needed | self.told_by))
        events = narrow.select("fragment", "kind", "time", "known_at", *self.columns).to_native().collect()
        by_time = ByTime.of(events, lake)
        known_at = (pl.col("as_of") + self.horizon_us).alias("known_at")
        yield _NOBODY.with_columns(known_at)
        for moment in moments:
            yield self._outcomes_of(by_time, as_of=moment).with_columns(known_at)

    def fresh_rows(self, lake: Lake, *, first: int, as_of: int) -> Iterator[pl.DataFrame]:
        """The population at ``as_of``, whose label is not known yet, and at each origin before it."""
        return self.labels_by_moment(lake, moments=self._moments(first=first, as_of=as_of), known_by=as_of)

    def further_rows(self, lake: Lake, *, first: int, as_of: int) -> Iterator[pl.DataFrame]:
        """The population half a step before each of these moments."""
        moments = [moment - STEP // 2 for moment in self._moments(first=first, as_of=as_of)]
        return self.labels_by_moment(lake, moments=moments, known_by=as_of)

    def early_rows(self, lake: Lake, *, first: int, as_of: int) -> Iterator[pl.DataFrame]:
        """What a quarter of the horizon came to for the population, weekly back to the first origin."""
        quarter = replace(self, horizon_us=quarter_of(self.horizon_us))
        moments = range(as_of - quarter.horizon_us, first + WARM_UP - 1, -STEP // 2)
        return quarter.labels_by_moment(lake, moments=moments, known_by=as_of)

    def year_ago_rows(self, lake: Lake, *, first: int, as_of: int) -> Iterator[pl.DataFrame]:
        """The population a year before each of all these moments, and a horizon before that."""
        every = self._moments(first=first, as_of=as_of)
        every += [moment - STEP // 2 for moment in every]
        ago = a_year_before_each(every, self.horizon_us, first=first, as_of=as_of)
        return self.labels_by_moment(lake, moments=ago, known_by=as_of)

    def _moments(self, *, first: int, as_of: int) -> list[int]:
        return [as_of, *origins(self.horizon_us, first=first, as_of=as_of)]

    def outcome_rows(self, lake: Lake, *, as_of: int, until: int | None) -> pl.DataFrame:  # noqa: ARG002
        """The population at ``as_of``."""
        return self.labels(lake, moments=[as_of])

    def came_of(self, lake: Lake, *, as_of: int) -> pl.DataFrame:
        """The population at ``as_of``."""
        return self.labels(lake, moments=[as_of])

    def with_pair_features(self, lake: Lake, rows: pl.DataFrame) -> pl.DataFrame:  # noqa: ARG002
        """The rows as they are."""
        return rows

    def reads(self, feature: Feature) -> bool:  # noqa: ARG002
        """All of them."""
        return True

    def aligned_features(self, feature_set: FeatureSet) -> tuple[int, ...]:
        """All but codes, which have no order."""
        return tuple(place for place, feature in enumerate(feature_set.features) if feature.unit != "code")

    def population(self, feature_set: FeatureSet) -> Population:
        """The customers who are members by a feature."""
        return self.members.population(feature_set, self.name)
