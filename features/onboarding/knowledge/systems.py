"""The exports of known systems: by which columns one knows them, and what these mean there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from features.onboarding.knowledge.documents import document
from features.onboarding.knowledge.vocabulary import fold


@dataclass(frozen=True)
class System:
    """An export of a system: the ``columns`` that only it has together, and the ``roles`` of those that need telling.

    ``cents``: its amounts are told in the currency's smallest unit. ``subject``: what a row is, where that is known.
    """

    name: str
    columns: tuple[str, ...]
    roles: Mapping[str, str]
    cents: bool = False
    subject: str | None = None

    def role(self, column: str) -> str | None:
        """The role of a column, by its name in any letter case; None where its name says it."""
        return self._roles.get(fold(column))

    @cached_property
    def _roles(self) -> Mapping[str, str]:
        return {fold(name): role for name, role in self.roles.items()}


def system_of(columns: Iterable[str]) -> System | None:
    """Whose export a table is, by its columns; None where it is nobody's that is known.

    >>> system_of(["Sale Date", "Item Name", "Listing ID", "Order ID", "Price"]).name
    'Etsy'
    """
    present = {fold(column) for column in columns}
    known = [system for system in _systems() if all(fold(column) in present for column in system.columns)]
    return max(known, key=lambda system: len(system.columns), default=None)


@cache
def _systems() -> tuple[System, ...]:
    return tuple(
        System(
            entry["name"],
            tuple(entry["columns"]),
            entry.get("roles", {}),
            entry.get("cents") == "true",
            entry.get("subject"),
        )
        for entry in document("systems")
    )
