"""The roles of a table's columns, each with how sure it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from features.onboarding.facts.column import Column
from features.onboarding.facts.table import Table
from features.onboarding.knowledge.systems import System, system_of
from features.onboarding.knowledge.value_words import is_total_of_today
from features.onboarding.roles.fit import fits
from features.onboarding.roles.places import tells_country_state
from features.onboarding.roles.table_names import is_reference, named_subjects

_KNOWN, _NAMED = 2.0, 0.5  # how sure a column of a known system's export is, and one that a name speaks of


@dataclass(frozen=True)
class Roles:
    """The columns that can have each role, the surest first; ``system`` is whose export the table is, where known."""

    columns: Mapping[str, Sequence[Column]]
    scores: Mapping[tuple[str, str], float]
    system: System | None = None

    def get(self, *wanted: str) -> Column | None:
        """The surest column of the first of these roles that any column has."""
        return next((columns[0] for role in wanted if (columns := self.columns.get(role))), None)

    def all(self, *wanted: str) -> list[Column]:
        """The columns that have any of these roles, in this order."""
        return [column for role in wanted for column in self.columns.get(role, ())]

    def score(self, role: str, column: Column) -> float:
        """How sure a column is of its role."""
        return self.scores.get((role, column.name), 0.0)

    def adding(self, role: str, column: Column, score: float) -> Roles:
        """The roles, with one more of a column."""
        columns = {**self.columns, role: [*self.columns.get(role, ()), column]}
        return replace(self, columns=columns, scores={**self.scores, (role, column.name): score})

    def moving(self, column: Column, role: str, score: float) -> Roles:
        """The roles, with a column in this one and in no other."""
        columns = {each: [c for c in found if c is not column] for each, found in self.columns.items()}
        scores = {key: each for key, each in self.scores.items() if key[1] != column.name}
        return replace(self, columns=columns, scores=scores).adding(role, column, score)

    def is_guess(self, role: str, column: Column) -> bool:
        """Whether only the shape of its values says that a column has a role."""
        return 0 < self.score(role, column) < _NAMED

    def role_of(self, column: Column) -> str | None:
        """The role of a column, the surest one."""
        roles = [(score, role) for (role, name), score in self.scores.items() if name == column.name]
        return max(roles)[1] if roles else None


def roles_of(table: Table) -> Roles:
    """The roles of a table's columns, by their names as far as their values fit."""
    system = system_of(table.columns)
    found = [candidate for column in table.columns.values() for candidate in _candidates(column, system)]
    found = [each for each in found if each[0] != "status" or not tells_country_state(each[2], table.columns)]
    if table.customer is not None:
        found.append(("customer", _KNOWN, table.columns[table.customer]))
    if (
        is_reference(table)
        and "customers" in named_subjects(table)
        and not any(role == "customer" for role, _, _ in found)
    ):
        found += [("customer", _NAMED, column) for role, _, column in found if role == "row_id" and column.is_unique]
    key = next((column for role, _, column in found if role in {"customer", "email"} and column.is_unique), None)
    if key is not None:  # totals of a customer are no amounts of orders
        totals = [column for column in table.columns.values() if is_total_of_today(column.name)]
        found = [candidate for candidate in found if candidate[2] not in totals]
        found += [("ignore", _NAMED, column) for column in totals]
    found.sort(key=lambda candidate: -candidate[1])
    columns: dict[str, list[Column]] = {}
    for role, _, column in found:
        columns.setdefault(role, []).append(column)
    return Roles(columns, {(role, column.name): score for role, score, column in found}, system)


def _candidates(column: Column, system: System | None) -> Iterator[tuple[str, float, Column]]:
    """The roles that a column can have; in a known system's export the one that it has there."""
    known = system.role(column.name) if system else None
    if known is not None:
        if fits(known, column):
            yield known, _KNOWN, column
        return
    for role, score in column.scores.items():
        if fits(role, column):
            yield role, score, column
