"""The events that outcomes are told by."""

from __future__ import annotations

from typing import Final

import polars as pl

from features.events.knowledge import known_events
from features.identity.people import customer_events_at
from features.lake import Lake

_ALWAYS: Final = 2**63 - 1


def known_customer_events(lake: Lake, known_by: int | None) -> pl.LazyFrame:
    """The events of customers that are known by a moment (µs), or ever, of people as they are known then."""
    if known_by is None:
        return customer_events_at(lake, as_of=_ALWAYS)
    return known_events(customer_events_at(lake, as_of=known_by), known_by)
