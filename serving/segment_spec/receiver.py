"""Who receives messages: what they are read with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from features.events.money import Money
from features.reading.ids import MISSING_IDS


@dataclass(frozen=True)
class Receiver:
    """The reporting currency, the moment of receipt (µs), items' categories by their ids, and ids that mean nobody."""

    money: Money
    now: int
    categories: Mapping[str, str] = field(default_factory=dict)
    missing_ids: Sequence[str] = MISSING_IDS
