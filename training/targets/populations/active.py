"""Targets of the customers who did something lately."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Self

from training.targets.populations.customers import Customers
from training.targets.populations.members import Active


class ActiveSettings(Protocol):
    """What an entry under ``targets:`` says of such a target: times in µs."""

    @property
    def event(self) -> str:
        """The kind of event that it is about."""

    @property
    def horizon(self) -> int:
        """How far the label looks ahead."""

    @property
    def active(self) -> int:
        """How far back a customer is active."""


@dataclass(frozen=True)
class ActiveCustomers(Customers):
    """Customers with an ``event`` in ``(as_of − active, as_of]``."""

    active_us: int

    @classmethod
    def declared(cls, name: str, settings: ActiveSettings) -> Self:
        """The target that an entry under ``targets:`` declares."""
        return cls(name, settings.event, settings.horizon, settings.active)

    @property
    def members(self) -> Active:
        """Those customers."""
        return Active(self.event, self.active_us)
