"""Events and the people whose they are, as these were known at a moment.

An event's fragment stands for its customer, unless it is a visitor's: that of a browser or a device is nobody's.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from features.events.identifiers import is_visitor, visitors
from features.events.tables import schema
from features.lake import Lake

SCHEMA = pl.Schema({**schema("events"), "customer_id": pl.String()})  # of events with their people
_VISITORS = visitors(pl.col("fragment"))


def events_at(lake: Lake, *, as_of: int) -> pl.LazyFrame:  # noqa: ARG001  (nobody is joined to anybody yet)
    """All events of a lake, each with the ``customer_id`` of its person as known at a moment (µs); null for nobody's.

    >>> from pathlib import Path
    >>> events_at(Lake(Path("nowhere")), as_of=0).collect_schema().names()[-1]
    'customer_id'
    """
    return lake.scan("events").with_columns(customer_id=pl.when(~_VISITORS).then("fragment"))


def customer_events_at(lake: Lake, *, as_of: int) -> pl.LazyFrame:  # noqa: ARG001
    """The same without those that are nobody's; what is asked of ``customer_id`` is asked of the files' statistics."""
    return lake.scan("events").filter(~_VISITORS).with_columns(customer_id=pl.col("fragment"))


def customers_of(lake: Lake, fragments: Iterable[str], *, as_of: int) -> frozenset[str]:  # noqa: ARG001
    """The customers whose these fragments are, as known at a moment.

    >>> from pathlib import Path
    >>> sorted(customers_of(Lake(Path("nowhere")), ["7", "anonymous_id:f00"], as_of=0))
    ['7']
    """
    return frozenset(fragment for fragment in fragments if not is_visitor(fragment))
