"""Who of a lake's customers may be looked at, by what the settings and the customers themselves say."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import polars as pl

from features.config.settings import Settings
from features.identity.people import People
from features.lake import Lake
from features.privacy.gatekeeper import Gatekeeper

TODAY: Final = 2**62  # people as all that was received tells them, whatever any clock says


def gatekeeper_of(settings: Settings, lake: Lake, *, later: pl.DataFrame | None = None) -> Gatekeeper | None:
    """The gatekeeper of a lake; None where the settings have no rules.

    Words count for the whole person as known today, and so for every name that the person had at an earlier moment; of
    those who were found to be one the strictest counts.
    ``later`` are events that no build has read yet: who withdraws in them is left out from now on.
    """
    if settings.consent is None:
        return None
    people = People.at(lake, [TODAY])
    events = people.customer_events()
    if later is not None:
        told = people.assigned(later.lazy()).filter(pl.col("customer_id").is_not_null())
        events = pl.concat([events, told.select(events.collect_schema().names())])
    names = lake.scan("persons").select("fragment", "customer_id", "from").collect()
    former = people.joined.drop_nulls("customer_id").select("customer_id", name="fragment")
    return replace(Gatekeeper.of(settings.consent, events, people.about("customers"), names), former=former)
