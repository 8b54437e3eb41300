"""Who receives messages: what they are read with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from features.events.money import Money


@dataclass(frozen=True)
class Receiver:
    """The reporting currency, the moment of receipt (µs), and the categories of items by their ids."""

    money: Money
    now: int
    categories: Mapping[str, str] = field(default_factory=dict)
