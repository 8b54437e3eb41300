"""The borders between stages, as ``stamkund.yaml`` sets them."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from features.errors import StamkundError
from features.units import DAY, Duration, duration


def _days(value: object) -> int:
    days, rest = divmod(duration(value), DAY)
    if rest:
        msg = f"{value!r} is not a number of whole days such as 28d or 4w"
        raise ValueError(msg)
    return days


Days = Annotated[int, BeforeValidator(_days)]


class StageSettings(BaseModel):
    """The borders between stages; a gap is the mean time between a customer's own orders.

    * ``new``: days since the first order. ``returning``: days of silence before a customer came back.
    * ``at_risk``, ``lapsed``: gaps since the last order. ``loyal``: the share of customers who order less often.
    * ``interest``: days that a view, a visit and the like count. ``evaluating``: how many of them make a stage.
    * ``buying``: time since the cart. ``after``: the part of a gap that counts as after the purchase.

    >>> StageSettings.model_validate({"new": "6w"}).new
    42
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    new: Days = 28
    returning: Days = 84
    at_risk: float = Field(default=2.0, gt=0)
    lapsed: float = Field(default=4.0, gt=0)
    loyal: float = Field(default=0.8, gt=0, lt=1)
    interest: Days = 14
    evaluating: int = Field(default=3, ge=1)
    buying: Duration = DAY
    after: float = Field(default=0.25, ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.lapsed <= self.at_risk:
            msg = f"Customers lapse after they are at risk: `lapsed` must be more than {self.at_risk:g} gaps."
            raise StamkundError("bad_stages", msg, field="lapsed")
        return self
