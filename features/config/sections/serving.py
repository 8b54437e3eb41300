"""The section of the service."""

from __future__ import annotations

from typing import Literal

from features.config.sections.section import Section
from features.units import Size


class Serving(Section):
    """How the service behaves."""

    models: Literal["registry", "carried"] = "registry"
    body_limit: Size = 1_000_000
