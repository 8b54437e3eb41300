"""The attributes of one customer at a moment, from the record: the same as over frames."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import numpy as np

from features.arrays import Floats
from features.evaluate.attribute_values import value_of
from features.evaluate.online.record import Record
from features.evaluate.plan import Plan
from features.language.attributes import Attribute, Origin

_NOTHING: Mapping[str, object] = {}


def attribute_values(plan: Plan, record: Record, *, as_of: int) -> Floats:
    """``[attribute feature]``: what each comes to at a moment, NaN where unknown."""
    attributes = [cast(Attribute, feature.attribute) for feature in plan.attribute_features]
    origins = {attribute.origin for attribute in attributes}
    past = (
        [snapshot.values for snapshot in record.snapshots if snapshot.time <= as_of] if "snapshots" in origins else []
    )
    now, before = (past[-n] if len(past) >= n else _NOTHING for n in (1, 2))
    traits = record.traits_at(as_of) if "traits" in origins else _NOTHING
    known: dict[Origin, Mapping[str, object]] = {"customers": record.attributes, "traits": traits, "snapshots": now}
    values = []
    for attribute in attributes:
        value = value_of(attribute, known[attribute.origin].get(attribute.name), as_of=as_of)
        if attribute.reading == "change":
            value -= value_of(attribute, before.get(attribute.name), as_of=as_of)
        values.append(value)
    return np.array(values, dtype=np.float64)
