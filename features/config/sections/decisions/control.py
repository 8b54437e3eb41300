"""The section of the control arms: standing groups of customers for whom it is decided otherwise, to compare with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from features.config.sections.section import Number, Section
from features.errors import StamkundError

Treatment = Literal["nothing", "random", "propensity", "no_levers"]


class Arm(Section):
    """A ``share`` of all customers for whom it is decided otherwise.

    They get ``nothing``, something ``random`` of what they may get, what they take most likely (``propensity``), or
    what is best without levers (``no_levers``). An arm of a ``campaign`` gets nothing of that campaign.

    >>> Arm(share=0.05, gets="nothing").campaign is None
    True
    """

    share: Annotated[Number, Field(gt=0, lt=1)]
    gets: Treatment = "nothing"
    campaign: str | None = None

    @model_validator(mode="after")
    def _of_a_campaign(self) -> Self:
        if self.campaign is not None and self.gets != "nothing":
            msg = f"An arm of a campaign gets nothing of it: `gets: {self.gets}` is for arms of all customers."
            raise StamkundError("bad_setting", msg, field="gets")
        return self


def check_shares(arms: Mapping[str, Arm]) -> None:
    """Refuse arms that leave nobody outside of them."""
    for campaign in {arm.campaign for arm in arms.values()}:
        total = sum(arm.share for arm in arms.values() if arm.campaign == campaign)
        if total >= 1:
            of = "all customers" if campaign is None else f"campaign {campaign}"
            msg = f"The control arms of {of} add up to {total:g}: together they must stay below 1."
            raise StamkundError("bad_setting", msg, field="control")
