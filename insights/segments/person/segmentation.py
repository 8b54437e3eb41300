"""What rules ask of one person that insights declare: the segments that they are in, how they fared in journeys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from features.config.settings import Settings
from features.evaluate.online.record import Record
from features.language.rules.evaluate import Evaluate
from features.language.rules.types import Names
from insights.journeys.journey import Journey
from insights.segments.person.outcomes import outcomes_of_record
from insights.segments.rules import compiled, journeys_in, rules_of


@dataclass(frozen=True)
class Segmentation:
    """By name the ``segments``, each a function of what rules read, and the ``journeys``."""

    segments: Mapping[str, Evaluate] = field(default_factory=dict)
    journeys: Mapping[str, Journey] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings, names: Names) -> Self:
        """As they are declared, for rules that may use these names."""
        return cls(compiled(rules_of(settings, names), timezone=settings.timezone), journeys_in(settings))

    def outcome(self, record: Record, name: str, *, as_of: int) -> str | float | None:
        """What ``journeys.name`` tells by a record at a moment (µs); None where they never came to the step."""
        journey, _, own = name.partition(".")
        found = outcomes_of_record(record, self.journeys[journey], as_of=as_of)
        return found.of_one(own, self.journeys[journey].names, as_of=as_of)
