"""The block of decisions as a whole: one section a part, each in a module of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import Field, field_validator, model_validator

from features.config.sections.decisions.arbitration import ArbitrationSettings
from features.config.sections.decisions.attribution import Attribution
from features.config.sections.decisions.candidates import CandidateSettings, ColumnType
from features.config.sections.decisions.control import Arm, check_shares
from features.config.sections.decisions.exploration import Exploration
from features.config.sections.decisions.placements import PlacementSettings
from features.config.sections.decisions.policy.budgets import Budget
from features.config.sections.decisions.policy.caps import Cap
from features.config.sections.decisions.policy.rests import Rest
from features.config.sections.decisions.policy.selection import Group, check_groups
from features.config.sections.decisions.rules import DeclaredRule
from features.config.sections.section import Section, check_names
from features.errors import StamkundError


class DecisionSettings(Section):
    """Everything that is declared of decisions; without any of it the best of what reached a customer is chosen.

    ``context`` and ``traits`` tell the types of what rules read of a request and of a customer beside the usual names.

    >>> DecisionSettings.model_validate({"placements": {"home_hero": {"count": 2}}}).placements["home_hero"].count
    2
    """

    candidates: CandidateSettings = CandidateSettings()
    placements: dict[str, PlacementSettings] = Field(default_factory=dict)
    context: dict[str, ColumnType] = Field(default_factory=dict)
    traits: dict[str, ColumnType] = Field(default_factory=dict)
    rules: dict[str, DeclaredRule] = Field(default_factory=dict)
    arbitration: ArbitrationSettings = ArbitrationSettings()

    groups: dict[str, Group] = Field(default_factory=dict)
    caps: dict[str, Cap] = Field(default_factory=dict)
    rests: dict[str, Rest] = Field(default_factory=dict)
    budgets: dict[str, Budget] = Field(default_factory=dict)
    exploration: Exploration = Exploration()
    control: dict[str, Arm] = Field(default_factory=dict)
    attribution: Attribution = Attribution()

    @field_validator("placements", "rules", "groups", "caps", "rests", "budgets", "control")
    @classmethod
    def _plain_names(cls, sections: Mapping[str, Section]) -> Mapping[str, Section]:
        check_names(sections)
        return sections

    @model_validator(mode="after")
    def _known_groups(self) -> Self:
        check_groups({"caps": self.caps, "rests": self.rests, "budgets": self.budgets}, self.groups)
        return self

    @model_validator(mode="after")
    def _chances_to_draw(self) -> Self:
        ranking = self.arbitration
        if self.exploration.by == "thompson" and (ranking.ranks_by != "value" or "propensity" not in ranking.factors):
            msg = "`by: thompson` draws the chances by which candidates are ranked: rank `by: value` with `propensity`."
            raise StamkundError("bad_setting", msg, field="exploration.by")
        if self.exploration.by == "thompson" and ranking.uplift:
            msg = "`by: thompson` draws the chances that candidates are taken, and no uplifts: explore a `share`."
            raise StamkundError("bad_setting", msg, field="exploration.by")
        return self

    @field_validator("control")
    @classmethod
    def _leaves_somebody(cls, arms: dict[str, Arm]) -> dict[str, Arm]:
        check_shares(arms)
        return arms
