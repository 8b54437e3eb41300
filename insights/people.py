"""What every insight reads: the events, up to a moment, of the customers who allow it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self, cast

import numpy as np
import polars as pl

from features.config.settings import Settings
from features.events.identifiers import visitors
from features.events.knowledge import known_events
from features.identity.people import People
from features.identity.versions import own_id
from features.lake import Lake
from features.privacy.gatekeeper import EVERYBODY, Pass
from features.profiles.consent import gatekeeper_of
from insights.attributes import Attributes
from insights.periods import GRAINS, Periods
from insights.spells import NEVER, spells_out


@dataclass(frozen=True)
class Audience:
    """The customers that insights may tell of, as known at ``as_of`` (µs); whom ``allowed`` leaves out is nowhere.

    >>> shop = Settings.model_validate({"name": "Shop", "home": "/nowhere", "sources": {}})
    >>> Audience.at(shop, as_of=0).events().collect().height
    0
    """

    settings: Settings
    as_of: int
    allowed: Pass
    kept: dict[object, object] = field(default_factory=dict, compare=False, repr=False)  # what is asked for again

    @classmethod
    def at(cls, settings: Settings, *, as_of: int, allowed: Pass = EVERYBODY) -> Self:
        """Whom the gate ``insights`` of ``consent:`` lets pass, and ``allowed`` too (such as all but the erased)."""
        keeper = gatekeeper_of(settings, Lake(settings.lake))
        own = EVERYBODY if keeper is None else keeper.passes("insights", as_of=as_of)
        return cls(settings, as_of, own & allowed)

    @property
    def lake(self) -> Lake:
        """The lake that everything is read from."""
        return Lake(self.settings.lake)

    def people(self, moments: Sequence[int] = ()) -> People:
        """Who is who at ``as_of``; or at several moments, in order, where each version of a person is one."""
        return People.at(self.lake, moments or [self.as_of])

    def events(self) -> pl.LazyFrame:
        """The events of customers that are known at ``as_of``, each with its ``customer_id``; in no order."""
        return self.over(known_events(self.people().customer_events(), self.as_of))

    def events_of_periods(self, events: pl.LazyFrame) -> pl.LazyFrame:
        """Events of the lake with the ``customer_id`` of whose they were known to be at an ``end`` (µs) of each."""
        return self.over_then(self.assigned(events), "end")

    def assigned(self, events: pl.LazyFrame) -> pl.LazyFrame:
        """The same of everybody, whether they may be told of or not."""
        persons = self.lake.scan("persons").collect()
        own = events.filter(~visitors(pl.col("fragment"))).with_columns(customer_id=pl.col("fragment"))
        if persons.is_empty():
            return own
        spans, names = _spans(persons), events.collect_schema().names()
        moved = spans.select("fragment").unique().lazy()
        nobody = (pl.col("time") >= pl.col("nobody_from")).fill_null(value=False)
        theirs = events.join(spans.lazy(), on="fragment")
        then = pl.min_horizontal("end", pl.lit(self.as_of))
        theirs = theirs.filter(pl.col("from") <= then, then < pl.col("to"), ~nobody)
        theirs = theirs.filter(pl.col("customer_id").is_not_null()).select(*names, "customer_id")
        return pl.concat([own.join(moved, on="fragment", how="anti"), theirs])

    def events_by_version(self, moments: Sequence[int]) -> tuple[People, pl.LazyFrame]:
        """The people at moments (µs), in order, and all events, each with the ``customer_id`` of a version of a person.

        Nobody is left out: that is for :meth:`over`, once :meth:`People.told` says whose the versions are.
        """
        people = self.people(moments)
        return people, known_events(people.customer_events(), self.as_of)

    def attributes(self) -> pl.LazyFrame:
        """What is known of each at ``as_of``, in columns that go beside those of events."""
        known = self.known([self.as_of])
        return self.over(known.now().lazy())

    def attributes_ever(self) -> pl.LazyFrame:
        """The same of all whom people were known to be when any period ended, as it is known now."""
        first = self.lake.scan("events").select(pl.col("time").min()).collect().item()
        since = self.as_of if first is None else min(first, self.as_of)
        ends = [Periods.of(grain, since, self.as_of, self.settings.timezone).ends for grain in GRAINS]
        known = self.known(np.unique(np.minimum(np.concatenate(ends), self.as_of)).tolist())
        versions = known.told.select(version="customer_id", customer_id=own_id(pl.col("customer_id")))
        told = known.now().rename({"customer_id": "version"})
        return self.over(versions.lazy()).join(told.lazy(), on="version").drop("version")

    def known(self, moments: Sequence[int]) -> Attributes:
        """What was known of the people at each of some moments (µs), in order."""
        key = ("attributes", tuple(moments))
        if key not in self.kept:
            self.kept[key] = Attributes.of(self.people(moments), as_of=self.as_of)
        return cast("Attributes", self.kept[key])

    def over(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """The rows of a frame whose ``customer_id`` may be told of."""
        return self.allowed.over(frame)

    def over_then(self, frame: pl.LazyFrame, moment: str) -> pl.LazyFrame:
        """The rows whose ``customer_id`` may be told of, and might be at each row's own ``moment`` (µs).

        A yes of today opens no period that was over before it.
        """
        own, out = self.over(frame), self._out
        if out.is_empty():
            return own
        asked = own.select("customer_id", moment).unique().join(out.lazy(), on="customer_id")
        shut = asked.filter(pl.col("out") <= pl.col(moment), pl.col(moment) < pl.col("back"))
        return own.join(shut, on=["customer_id", moment], how="anti", maintain_order="left")

    def turns(self) -> pl.DataFrame:
        """``customer_id, turn``: when (µs) those who may be told of today began or ceased to be."""
        return pl.concat([self._out.select("customer_id", turn=name) for name in ("out", "back")])

    @property
    def _out(self) -> pl.DataFrame:
        """``customer_id, out, back``: when those who may be told of today were not to be told of."""
        if "out" not in self.kept:
            self.kept["out"] = self._find_out()
        return cast("pl.DataFrame", self.kept["out"])

    def _find_out(self) -> pl.DataFrame:
        keeper = gatekeeper_of(self.settings, self.lake)
        first = self.lake.scan("events").select(pl.col("time").min()).collect().item()
        if keeper is None or first is None or first > self.as_of:
            return NEVER
        days = Periods.of("day", first, self.as_of, self.settings.timezone)
        return spells_out(keeper, days, as_of=self.as_of)


def end_of(periods: Periods) -> pl.Expr:
    """The last microsecond of the period of each event, by its ``time``."""

    def ends(time: pl.Series) -> pl.Series:
        return pl.Series(periods.ends[periods.place(time.to_numpy())])

    return pl.col("time").map_batches(ends, return_dtype=pl.Int64)


def _spans(persons: pl.DataFrame) -> pl.DataFrame:
    """``fragment, customer_id, nobody_from, from, to`` at all times of the fragments that are ever joined to others."""
    first = persons.group_by("fragment").agg(to=pl.col("from").min())
    own = pl.when(~visitors(pl.col("fragment"))).then("fragment")
    never, always = pl.lit(None, pl.Int64), pl.lit(-(2**62), pl.Int64)
    before = first.select("fragment", "to", customer_id=own, nobody_from=never).with_columns(always.alias("from"))
    columns = ("fragment", "customer_id", "nobody_from", "from", "to")
    return pl.concat([persons.select(columns), before.select(columns)])
