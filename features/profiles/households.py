"""Everybody's household as the settings tell it, of those who allow profiles."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from features.config.sections.identity import household_attributes
from features.config.settings import Settings
from features.identity.households.members import households_at
from features.lake import Lake
from features.privacy.gatekeeper import EVERYBODY, Gatekeeper, all_but
from features.profiles.consent import gatekeeper_of


def households(
    settings: Settings, lake: Lake, *, as_of: int, keeper: Gatekeeper | None = None, hidden: Collection[str] = ()
) -> pl.DataFrame | None:
    """``customer_id, household_id, household_people`` at a moment (µs); None where nobody asks.

    The ``hidden`` are left out. Consent is everybody's own: it is asked of each, by a ``keeper`` or else the lake's,
    and who does not allow profiles is not counted.
    """
    attributes = household_attributes(settings.identity)
    if not attributes:
        return None
    keeper = keeper or gatekeeper_of(settings, lake)
    allowed = EVERYBODY if keeper is None else keeper.passes("profiles", as_of=as_of)
    return households_at(lake, attributes, as_of=as_of, allowed=allowed & all_but(hidden))
