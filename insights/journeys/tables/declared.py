"""Which journeys there are."""

from __future__ import annotations

import polars as pl

from features.config.settings import Settings
from insights.journeys.defaults import default_journeys
from insights.journeys.journey import Journey
from insights.people import Audience


def journeys_of(settings: Settings, kinds: list[str]) -> list[Journey]:
    """Every journey: the default ones, and those that are declared, which count where names are the same."""
    every = {**default_journeys(kinds), **settings.journeys}
    return [Journey.of(name, each, minor_units=settings.minor_units) for name, each in sorted(every.items())]


def journeys_at(audience: Audience) -> list[Journey]:
    """The journeys of an audience, with those that its events suggest."""
    kinds = audience.events().select(pl.col("kind").unique().sort()).collect(engine="streaming")["kind"].to_list()
    return journeys_of(audience.settings, kinds)
