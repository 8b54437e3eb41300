"""What decisions are made from, made ready once: candidates, checks, and how they are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from features.config.sections.decisions.decisions import DecisionSettings
from features.config.settings import Settings
from serving.decisions.candidates.candidates import Candidates
from serving.decisions.checks import Checks
from serving.decisions.choice.placement import Placement
from serving.decisions.explanation.telling import Telling


@dataclass(frozen=True)
class Setup:
    """The candidates, every check that they may fail, how they are told, and the placements that are declared."""

    candidates: Candidates
    checks: Checks
    telling: Telling
    placements: Mapping[str, Placement]

    @classmethod
    def of(cls, settings: Settings, candidates: Candidates) -> Self:
        """What the settings make of some candidates."""
        units = 10**settings.minor_units
        telling = Telling(candidates, settings.offers.fallback, units, settings.language)
        declared = DecisionSettings() if settings.decisions is None else settings.decisions
        placements = {name: Placement(name, one.count) for name, one in declared.placements.items()}
        return cls(candidates, Checks.of(), telling, placements)

    def placement(self, name: str, count: int | None) -> Placement:
        """The placement of a request: as it is declared, but for what the request says itself."""
        declared = self.placements.get(name, Placement(name))
        return declared if count is None else replace(declared, count=count)
