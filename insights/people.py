"""What every insight reads: the events, up to a moment, of the customers who allow it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Self

import polars as pl

from features.config.settings import Settings
from features.events.identifiers import visitors
from features.events.knowledge import known_events
from features.identity.people import People
from features.lake import Lake
from features.privacy.gatekeeper import EVERYBODY, Pass
from features.profiles.consent import gatekeeper_of

ATTRIBUTE: Final = "customer."  # before the name of an attribute: events have a `status` and a `source` as well
ACQUISITION: Final = "acquisition"
REFERRED: Final = "referred"


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
    kept: dict[str, pl.DataFrame] = field(default_factory=dict, compare=False, repr=False)  # what is asked for again

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

    def events_of_periods(self, events: pl.LazyFrame, end: pl.Expr) -> pl.LazyFrame:
        """Events of the lake with the ``customer_id`` of whose they were known to be at an ``end`` (µs) of each."""
        persons = self.lake.scan("persons").collect()
        own = events.filter(~visitors(pl.col("fragment"))).with_columns(customer_id=pl.col("fragment"))
        if persons.is_empty():
            return self.over(own)
        spans, names = _spans(persons), events.collect_schema().names()
        moved = spans.select("fragment").unique().lazy()
        nobody = (pl.col("time") >= pl.col("nobody_from")).fill_null(value=False)
        theirs = events.with_columns(end=end).join(spans.lazy(), on="fragment")
        theirs = theirs.filter(pl.col("from") <= pl.col("end"), pl.col("end") < pl.col("to"), ~nobody)
        theirs = theirs.filter(pl.col("customer_id").is_not_null()).select(*names, "customer_id")
        return self.over(pl.concat([own.join(moved, on="fragment", how="anti"), theirs]))

    def events_by_version(self, moments: Sequence[int]) -> tuple[People, pl.LazyFrame]:
        """The people at moments (µs), in order, and all events, each with the ``customer_id`` of a version of a person.

        Nobody is left out: that is for :meth:`over`, once :meth:`People.told` says whose the versions are.
        """
        people = self.people(moments)
        return people, known_events(people.customer_events(), self.as_of)

    def customers(self) -> pl.LazyFrame:
        """What is known of each: what tables say, and beside the company's own words of these names two more.

        ``acquisition`` is the channel of the first event that has one, ``referred`` whether another customer brought
        them, where anybody was.
        """
        told, events = self.over(self.people().about("customers")), self.events()
        first = pl.col("channel").sort_by("time", "event_id").first()
        own = {
            ACQUISITION: events.filter(pl.col("channel").is_not_null())
            .group_by("customer_id")
            .agg(first.alias(ACQUISITION)),
            REFERRED: self._referred(events),
        }
        for name, frame in own.items():
            if name not in told.collect_schema().names():
                told = told.join(frame, on="customer_id", how="full", coalesce=True)
        return told

    def attributes(self) -> pl.LazyFrame:
        """What is known of each, in columns that go beside those of events: ``customer_id, customer.<name> …``."""
        return self.customers().select("customer_id", pl.exclude("customer_id").name.prefix(ATTRIBUTE))

    @staticmethod
    def _referred(events: pl.LazyFrame) -> pl.LazyFrame:
        """``customer_id, referred`` of everybody; nothing is known where nobody was."""
        came = (pl.col("kind") == "referred").any()
        words = pl.when(pl.col(REFERRED)).then(pl.lit("yes")).otherwise(pl.lit("no"))
        told = events.group_by("customer_id").agg(came.alias(REFERRED))
        return told.filter(pl.col(REFERRED).any()).with_columns(words.alias(REFERRED))

    def over(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """The rows of a frame whose ``customer_id`` may be told of."""
        return self.allowed.over(frame)


def _spans(persons: pl.DataFrame) -> pl.DataFrame:
    """``fragment, customer_id, nobody_from, from, to`` at all times of the fragments that are ever joined to others."""
    first = persons.group_by("fragment").agg(to=pl.col("from").min())
    own = pl.when(~visitors(pl.col("fragment"))).then("fragment")
    never, always = pl.lit(None, pl.Int64), pl.lit(-(2**62), pl.Int64)
    before = first.select("fragment", "to", customer_id=own, nobody_from=never).with_columns(always.alias("from"))
    columns = ("fragment", "customer_id", "nobody_from", "from", "to")
    return pl.concat([persons.select(columns), before.select(columns)])
