"""What every insight reads: the events of customers up to a moment, of those who allow it, with whose they were then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import polars as pl

from features.config.settings import Settings
from features.events.knowledge import known_events
from features.identity.people import People
from features.lake import Lake
from features.privacy.gatekeeper import EVERYBODY, Pass
from features.profiles.consent import gatekeeper_of


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

    def customers(self) -> pl.LazyFrame:
        """What the tables of customers say of each: ``customer_id`` and attributes."""
        return self.over(self.people().about("customers"))

    def over(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """The rows of a frame whose ``customer_id`` may be told of."""
        return self.allowed.over(frame)
