"""The section of attribution: what counts as the outcome of a decision."""

from __future__ import annotations

from features.config.sections.section import Section
from features.units import DAY, Duration


class Attribution(Section):
    """An event that names a decision is its outcome if it comes ``within`` this time."""

    within: Duration = 30 * DAY
