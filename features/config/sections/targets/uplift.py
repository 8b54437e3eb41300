"""The section of a target that asks what a contact changes, told by an experiment: who was drawn to get it or not."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from features.config.sections.section import KindName, Number, Section, Word
from features.errors import StamkundError
from features.units import DAY, Duration


class Happening(Section):
    """Events of a kind, of a campaign, category, item, channel, offer or status where one is said."""

    event: KindName
    campaign: Word | None = None
    category: Word | None = None
    item: Word | None = None
    channel: Word | None = None
    offer: Word | None = None
    status: Word | None = None

    @property
    def where(self) -> dict[str, str]:
        """The columns of an event and the word that each must hold, its kind among them."""
        columns = {
            "kind": self.event, "campaign_id": self.campaign, "category": self.category, "item_id": self.item,
            "channel": self.channel, "offer_id": self.offer, "status": self.status,
        }  # fmt: skip
        return {column: word for column, word in columns.items() if word is not None}


class UpliftSettings(Section):
    """How much more will happen within the horizon to a customer who is treated than to the same who is not?

    ``treated`` and ``control`` are the events that say in which arm of an experiment a customer was; ``share`` is that
    of the treated, by which customers were drawn. ``measure`` says whether it counts that an ``outcome`` happens, or
    its value. With ``once`` only the first day of each customer counts: where the arms stand, what happened since tells
    them apart. That arms were drawn at random must be said: no data can show it.
    """

    type: Literal["uplift"]
    treated: Happening
    control: Happening
    outcome: Happening = Happening(event="order")
    measure: Literal["happens", "value"] = "happens"
    horizon: Duration = 14 * DAY
    share: Number | None = Field(default=None, gt=0, lt=1)
    once: bool = False
    randomised: bool = False

    @model_validator(mode="after")
    def _an_experiment(self) -> Self:
        if not self.randomised:
            text = (
                "An uplift is only told where chance alone decided who was treated; where people or rules chose, those "
                "treated differ anyway. If customers were drawn for it, say `randomised: true`; else take the target "
                "away and predict the `outcome` by `type: event`."
            )
            raise StamkundError("not_randomised", text, field="randomised")
        if self.treated == self.control:
            text = "`treated` and `control` are the same events. Say by which events the two arms are told apart."
            raise StamkundError("bad_setting", text, field="control")
        if not self.horizon:
            text = "`horizon` is 0: say within how long after the contact an outcome counts, such as 14d."
            raise StamkundError("bad_setting", text, field="horizon")
        return self
