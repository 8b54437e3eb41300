"""The block of decisions as a whole: one section a part, each in a module of its own."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, field_validator

from features.config.sections.decisions.candidates import CandidateSettings, ColumnType
from features.config.sections.decisions.placements import PlacementSettings
from features.config.sections.decisions.rules import DeclaredRule
from features.config.sections.section import Section, check_names


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

    @field_validator("placements", "rules")
    @classmethod
    def _plain_names(cls, sections: Mapping[str, Section]) -> Mapping[str, Section]:
        check_names(sections)
        return sections
