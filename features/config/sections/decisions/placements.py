"""The section of the placements: where candidates are shown, how many, and which kinds of them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from features.config.sections.section import Section, Whole

CandidateType = Literal["offer", "item", "content", "action"]


class PlacementSettings(Section):
    """A placement: how many candidates it shows, unless a request says otherwise, of which types and formats.

    Without ``types`` it shows candidates of all; without ``formats``, of any, and so it does with those that name none.
    """

    count: Whole = Field(default=1, ge=1, le=30)
    types: list[CandidateType] = Field(default_factory=list)
    formats: list[str] = Field(default_factory=list)
