"""Constraints: what a row of canonical columns must obey, as data; files render them as SQL, HTTP calls them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, cast

from features.events.tables import EVENTS
from features.moments import iso


@dataclass(frozen=True)
class Constraint:
    """A constraint of one column: the code and the reason with which a row is refused that breaks it.

    In the reason ``{column}`` stands for the column and ``{value}`` for its value. A missing value breaks
    none but those that require one.
    """

    required: ClassVar[bool] = False
    column: str
    code: str
    reason: str

    def refuses(self, value: object, row: Mapping[str, object]) -> bool:
        """Whether it refuses a value, in its row of canonical columns."""
        raise NotImplementedError

    def explain(self, row: Mapping[str, object]) -> str:
        """The reason, for a row that breaks it."""
        return self.reason.format(column=self.column, value=display(self.column, row.get(self.column)))


class Rules(tuple[Constraint, ...]):
    """The constraints of a table, in the order in which a row is refused by them."""

    @cached_property
    def _by_column(self) -> dict[str, list[tuple[int, Constraint]]]:
        groups: dict[str, list[tuple[int, Constraint]]] = {}
        for place, rule in enumerate(self):
            groups.setdefault(rule.column, []).append((place, rule))
        return groups

    @cached_property
    def _required(self) -> list[tuple[int, Constraint]]:
        return [(place, rule) for place, rule in enumerate(self) if rule.required]

    def first_broken(self, row: Mapping[str, object]) -> Constraint | None:
        """The first rule that a row of canonical columns breaks, None when it obeys them all."""
        groups = self._by_column
        broken = [place for place, rule in self._required if rule.refuses(row.get(rule.column), row)]
        for column, value in row.items():
            if value is not None:
                broken += [place for place, rule in groups.get(column, ()) if rule.refuses(value, row)]
        return self[min(broken)] if broken else None


def display(column: str, value: object) -> str:
    """A canonical value in a reason: moments in ISO 8601, long texts shortened."""
    if EVENTS.get(column) in {"time", "end"}:
        return iso(cast(int, value))
    return f"{value:g}" if isinstance(value, float) else str(value)[:60]
