"""The section of the placements: where candidates are shown, and how many."""

from __future__ import annotations

from pydantic import Field

from features.config.sections.section import Section, Whole


class PlacementSettings(Section):
    """A placement: how many candidates it shows, unless a request says otherwise."""

    count: Whole = Field(default=1, ge=1, le=30)
