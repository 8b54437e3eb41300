"""Constraints: what a row of canonical columns must obey, as data; files render them as SQL, HTTP calls them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, cast

from features.errors import StamkundError
from features.events.tables import EVENTS
from features.moments import iso
from features.texts.catalogue import sentence


@dataclass(frozen=True)
class Reason:
    """Why a row is refused: a code, perhaps with a case, whose text is in the catalogue, and what the rule tells."""

    code: str
    told: tuple[tuple[str, object], ...] = ()

    @classmethod
    def of(cls, code: str, /, **told: object) -> Reason:
        """A reason with what its text tells of a rule.

        >>> Reason.of("too_long", longest=3).text
        '{column} has more than 3 characters'
        """
        return cls(code, tuple(told.items()))

    @property
    def text(self) -> str:
        """The reason in words, where ``{column}`` stands for the column and ``{value}`` for its value."""
        return sentence(f"rule.{self.code}", "en", {"column": "{column}", "value": "{value}", **dict(self.told)})


@dataclass(frozen=True)
class Constraint:
    """A constraint of one column, and the reason for which a row is refused that breaks it.

    A missing value breaks none but those that require one.
    """

    required: ClassVar[bool] = False
    column: str
    reason: Reason

    @property
    def code(self) -> str:
        """The code with which a row is refused."""
        return self.reason.code.partition(".")[0]

    def refuses(self, value: object, row: Mapping[str, object]) -> bool:
        """Whether it refuses a value, in its row of canonical columns."""
        raise NotImplementedError

    def error(self, row: Mapping[str, object], at: str | None = None) -> StamkundError:
        """The error of a row that breaks it; ``at`` is where in a message its value stands."""
        told = {"at": at or self.column, "column": self.column, "value": display(self.column, row.get(self.column))}
        return StamkundError(self.reason.code, field=at, **told, **dict(self.reason.told))


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
