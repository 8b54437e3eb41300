"""A shop in a lake, from literal events, for tests of insights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import polars as pl

from features.config.settings import Settings
from features.lake import Lake
from features.moments import micros

Event = Mapping[str, object]


def event(customer: str, when: str, kind: str = "order", **columns: object) -> dict[str, object]:
    """An event of a customer at a time such as ``2024-01-31 10:00``, in UTC."""
    time = micros(datetime.fromisoformat(when))
    known = {"fragment": customer, "id_type": "user_id", "id": customer, "source": "shop", "order_line": 1}
    return {**known, "event_id": f"{customer}-{kind}-{time}", "time": time, "kind": kind, **columns}


def shop(home: Path, events: Sequence[Event], customers: Sequence[Event] = (), **settings: object) -> Settings:
    """The settings of a shop whose lake holds these."""
    found = Settings.model_validate({"name": "Shop", "home": str(home), "sources": {}, **settings})
    tables = {"events": pl.DataFrame(list(events), infer_schema_length=None)}
    if customers:
        tables["customers"] = pl.DataFrame(list(customers))
    Lake(found.lake).write(tables)  # type: ignore[arg-type]
    return found
