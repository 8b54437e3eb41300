"""The section of privacy: what is never used, and how long events are kept."""

from __future__ import annotations

from pydantic import Field

from features.config.sections.section import KindName, Section
from features.units import DAY, Duration


class PrivacySettings(Section):
    """``sensitive`` attributes are held, and never become features; events of a kind in ``keep`` go after that time.

    ``key`` is the secret that the ids of erased people are hashed with, best from the environment: ``${NAME}``.
    Messages that were ``rejected`` are kept for that time.
    """

    key: str | None = None
    sensitive: list[str] = Field(default_factory=list)
    keep: dict[KindName, Duration] = Field(default_factory=dict)
    rejected: Duration = 30 * DAY
