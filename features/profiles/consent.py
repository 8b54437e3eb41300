"""Who of a lake's customers may be looked at, by what the settings and the customers themselves say."""

from __future__ import annotations

import polars as pl

from features.config.settings import Settings
from features.events.identifiers import visitors
from features.identity.people import People
from features.lake import Lake
from features.privacy.gatekeeper import Gatekeeper


def gatekeeper_of(
    settings: Settings, lake: Lake, *, as_of: int, later: pl.DataFrame | None = None
) -> Gatekeeper | None:
    """The gatekeeper of a lake, whose people are those known at a moment (µs); None where the settings have no rules.

    ``later`` are events that no build has read yet: who withdraws in them is left out from now on.
    """
    if settings.consent is None:
        return None
    people = People.at(lake, [as_of])
    events = people.customer_events()
    if later is not None:
        own = later.lazy().filter(~visitors(pl.col("fragment"))).with_columns(customer_id=pl.col("fragment"))
        events = pl.concat([events, own.select(events.collect_schema().names())])
    return Gatekeeper.of(settings.consent, events, people.about("customers"))
