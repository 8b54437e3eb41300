"""The section of the offers."""

from __future__ import annotations

from pydantic import Field

from features.config.sections.section import Number, Section
from features.units import DAY, Duration


class Fallback(Section):
    """What everyone may be shown when nothing else is eligible."""

    offer_id: str = "fallback"
    name: str = "Our current offers"


class OfferSettings(Section):
    """What is assumed of offers that carry no value of their own."""

    margin: Number = Field(default=0.25, gt=0, le=1)
    window: Duration = 84 * DAY
    fallback: Fallback = Fallback()
