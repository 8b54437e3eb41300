"""A journey as it is computed: the conditions of its steps, and which of them share a kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from features.config.sections.insights.journeys import JourneySettings, StepSettings
from features.language.conditions import conditions
from features.language.terms import Condition, Where
from insights.journeys.entries import By
from insights.journeys.reach import Rules


@dataclass(frozen=True)
class Journey:
    """A journey: for each of its ``steps`` the conditions of its events, likewise for what ends an entry.

    >>> checkout = JourneySettings.model_validate({"steps": ["view", "order"], "within": "7d", "unless": "refund"})
    >>> Journey.of("checkout", checkout, minor_units=2).names
    ('view', 'order')
    """

    name: str
    names: tuple[str, ...]
    steps: tuple[Where, ...]
    unless: tuple[Where, ...]
    rules: Rules
    by: By
    value: int

    @classmethod
    def of(cls, name: str, declared: JourneySettings, *, minor_units: int) -> Self:
        """A journey as declared."""
        steps, unless = (
            tuple(_where(step, minor_units) for step in group) for group in (declared.steps, declared.unless)
        )
        kinds, ends = [step.kind for step in declared.steps], {step.kind for step in declared.unless}
        shared = {place: [j for j in range(place) if kinds[j] == kind] for place, kind in enumerate(kinds)}
        beginning = kinds if declared.order == "any" else kinds[:1]
        rules = Rules(declared.order, declared.within, shared, later=not ends.isdisjoint(beginning))
        return cls(name, tuple(declared.names), steps, unless, rules, declared.by, declared.value)

    @property
    def conditions(self) -> tuple[Where, ...]:
        """Of the steps, then of what ends an entry."""
        return self.steps + self.unless

    @property
    def columns(self) -> frozenset[str]:
        """The columns of events that it looks at."""
        return frozenset(condition.column for where in self.conditions for condition in where)

    def kind_of(self, step: int) -> str:
        """The kind of a step's events."""
        return next(test.values[0] for test in self.steps[step] if test.column == "kind")

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of events that it looks at."""
        found = {value for where in self.conditions for test in where if test.column == "kind" for value in test.values}
        return tuple(sorted(found))


def _where(step: StepSettings, minor_units: int) -> Where:
    kind = Condition("kind", (step.kind,))
    return tuple(sorted([kind, *conditions(step.where, minor_units=minor_units)]))
