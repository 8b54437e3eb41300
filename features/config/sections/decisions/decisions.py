"""The block of decisions as a whole: one section a part, each in a module of its own."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, field_validator

from features.config.sections.decisions.placements import PlacementSettings
from features.config.sections.section import Section, check_names


class DecisionSettings(Section):
    """Everything that is declared of decisions; without any of it the best of what reached a customer is chosen.

    >>> DecisionSettings.model_validate({"placements": {"home_hero": {"count": 2}}}).placements["home_hero"].count
    2
    """

    placements: dict[str, PlacementSettings] = Field(default_factory=dict)

    @field_validator("placements")
    @classmethod
    def _plain_names(cls, sections: Mapping[str, Section]) -> Mapping[str, Section]:
        check_names(sections)
        return sections
