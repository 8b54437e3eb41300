"""What decisions are made from, made ready once: candidates, checks, rules, placements, and how they are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

import numpy as np

from features.arrays import Floats
from features.config.sections.decisions.decisions import DecisionSettings
from features.config.sections.decisions.exploration import Exploration as ExplorationSettings
from features.config.settings import Settings
from features.language.rules.types import Names
from insights.segments.person.segmentation import Segmentation
from serving.decisions.arbitration.arbitration import Arbitration
from serving.decisions.arbitration.worth import Worth
from serving.decisions.candidates.candidates import Candidates
from serving.decisions.candidates.columns import candidate_cells
from serving.decisions.candidates.past import NOTHING, Past
from serving.decisions.choice.diversity import Diversity
from serving.decisions.choice.exploration import Exploration
from serving.decisions.choice.placement import Placement
from serving.decisions.choice.thompson import Thompson
from serving.decisions.control.arms import Arms
from serving.decisions.eligibility.checks import Checks
from serving.decisions.eligibility.rules import Rules
from serving.decisions.explanation.telling import Telling
from serving.decisions.policy.policy import Policy


@dataclass(frozen=True)
class Setup:
    """The candidates, every check that they may fail, how they are told, and what is declared of decisions."""

    candidates: Candidates
    checks: Checks
    rules: Rules
    arbitration: Arbitration
    diversity: Diversity
    exploration: ExplorationSettings
    arms: Arms
    telling: Telling
    placements: Mapping[str, Placement]
    policy: Policy | None = None
    past: Past = NOTHING
    segmentation: Segmentation = field(default_factory=Segmentation)

    @classmethod
    def of(cls, settings: Settings, candidates: Candidates, names: Names | None = None, past: Past = NOTHING) -> Self:
        """What the settings make of some candidates; rules may use ``names``, or those alone that settings tell."""
        declared, names = settings.decisions or DecisionSettings(), names or settings.rule_names
        units, language = 10**settings.minor_units, settings.language
        fixed = candidate_cells(candidates.offers, names.spaces["candidate"], units)
        rules = Rules.of(
            declared.rules, names, fixed, len(candidates.offers), timezone=settings.timezone, language=language
        )
        arbitration = Arbitration.of(
            declared.arbitration, candidates, names, fixed, units=units, timezone=settings.timezone
        )
        diversity = Diversity.of(declared.arbitration.diverse, candidates.offers)
        exploration = declared.exploration
        arms = Arms(declared.control)
        fallback, in_full = settings.offers.fallback, settings.decisions is not None
        telling = Telling(candidates, diversity, fallback, settings.minor_units, language, in_full=in_full)
        placements = {
            name: Placement(name, one.count, one.types, one.formats) for name, one in declared.placements.items()
        }
        offers, zone, decimals = candidates.offers, settings.timezone, settings.minor_units
        policy = None if settings.decisions is None else Policy.of(declared, offers, zone=zone, decimals=decimals)
        checks = Checks.of([*rules.checks, *(() if policy is None else policy.checks)])
        return cls(
            candidates, checks, rules, arbitration, diversity, exploration, arms, telling, placements, policy, past,
            Segmentation.of(settings, names),
        )  # fmt: skip

    @cached_property
    def shown(self) -> Floats:
        """``[candidate]``: how often it was chosen before."""
        offers = self.candidates.offers
        return np.array([self.past.shown.get((o.campaign_id, o.offer_id), 0) for o in offers], dtype=np.float64)

    def explorer(self, worth: Worth) -> Exploration | Thompson:
        """What draws among the best for somebody for whom candidates are worth so much."""
        declared = self.exploration
        if declared.by == "thompson":
            return Thompson(declared.width, self.shown, worth)
        return Exploration(declared.share, declared.width if declared.share else 1)

    def placement(
        self, name: str, *, count: int | None = None, types: Sequence[str] = (), formats: Sequence[str] = ()
    ) -> Placement:
        """The placement of a request: as it is declared, but for what the request says itself."""
        declared = self.placements.get(name, Placement(name))
        return replace(
            declared,
            count=declared.count if count is None else count,
            types=types or declared.types,
            formats=formats or declared.formats,
        )
