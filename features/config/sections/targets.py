"""The sections of the models: what each predicts, and what it must show before it is used."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from features.config.sections.section import KindName, Number, Section, Whole
from features.units import DAY, Duration


class LapseSettings(Section):
    """Will a customer who was active do nothing of this kind within the horizon?"""

    type: Literal["lapse"]
    event: KindName = "order"
    horizon: Duration = 28 * DAY
    active: Duration = 56 * DAY


class SpendSettings(Section):
    """What will a customer who was active spend within the horizon?"""

    type: Literal["spend"]
    event: KindName = "order"
    horizon: Duration = 84 * DAY
    active: Duration = 84 * DAY


class OrdersSettings(Section):
    """How often will a customer who was active order within the horizon?"""

    type: Literal["orders"]
    event: KindName = "order"
    horizon: Duration = 84 * DAY
    active: Duration = 84 * DAY


class MarginSettings(Section):
    """What will a customer who was active bring within the horizon, after what the goods cost?

    ``margin`` is the share of a line's value that is left where its cost is not known.
    """

    type: Literal["margin"]
    event: KindName = "order"
    horizon: Duration = 84 * DAY
    active: Duration = 84 * DAY
    margin: Number = Field(gt=0, le=1)


class RedemptionSettings(Section):
    """Will a contacted customer respond to the campaign within the horizon?"""

    type: Literal["redemption"]
    contact: KindName = "contact"
    response: KindName = "redeem"
    horizon: Duration = 56 * DAY


TargetSettings = Annotated[
    LapseSettings | SpendSettings | OrdersSettings | MarginSettings | RedemptionSettings, Field(discriminator="type")
]


class Gate(Section):
    """What a model must show before it may be used; a champion older than ``renew`` makes way for any that does."""

    outcomes: Whole = Field(default=200, ge=1)
    horizons: Whole = Field(default=3, ge=1)
    confidence: Number = Field(default=0.9, gt=0, lt=1)
    slope: tuple[Number, Number] = (0.8, 1.25)
    level: Number = Field(default=0.1, gt=0, lt=1)
    renew: Duration = 90 * DAY
