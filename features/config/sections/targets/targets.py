"""The sections of the models: what each predicts, and what it must show before it is used."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from features.config.sections.section import KindName, Number, Section, Whole, Word
from features.config.sections.targets.uplift import UpliftSettings
from features.errors import StamkundError
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


class EventSettings(Section):
    """Will an event of this kind happen within the horizon, of this category, item, channel or offer where one is said?

    ``among`` everyone with any event so far; those who were active, which the kind ``active_event`` shows, or without
    it the kind itself; or those with a subscription in force.
    """

    type: Literal["event"]
    event: KindName
    category: Word | None = None
    item: Word | None = None
    channel: Word | None = None
    offer: Word | None = None
    horizon: Duration = 28 * DAY
    among: Literal["everyone", "active", "in_force"] = "active"
    active: Duration = 56 * DAY
    active_event: KindName | None = None

    @property
    def where(self) -> dict[str, str]:
        """The columns of an event and the word that each must hold, beside its kind."""
        words = {"category": self.category, "item_id": self.item, "channel": self.channel, "offer_id": self.offer}
        return {column: word for column, word in words.items() if word is not None}

    @model_validator(mode="after")
    def _active_among_the_active(self) -> Self:
        for key in ("active", "active_event"):
            if self.among != "active" and key in self.model_fields_set:
                text = f"`{key}` says who is active, and this target is among: {self.among}. Take one of them away."
                raise StamkundError("bad_setting", text, field=key)
        return self


class SubscriptionEndSettings(Section):
    """Will the subscriptions of a customer who has one in force be over within the horizon?

    With a ``reason``, the ``status`` of the end, only ends for it count; who ended for another says nothing.
    """

    type: Literal["subscription_end"]
    reason: Word | None = None
    horizon: Duration = 28 * DAY


class RedemptionSettings(Section):
    """Will a contacted customer respond to the campaign within the horizon?"""

    type: Literal["redemption"]
    contact: KindName = "contact"
    response: KindName = "redeem"
    horizon: Duration = 56 * DAY


class OutcomeSettings(Section):
    """What will a column of the table of customers, or of snapshots, say of those of whom it says nothing yet?

    ``yes`` is the word that says that it happened, where the column has words of its own; ``leave_out`` are columns
    that are only known with the outcome. An outcome of a snapshot is known a ``horizon`` after it.
    """

    type: Literal["outcome"]
    column: Word
    table: Literal["customers", "snapshots"] = "customers"
    predict: Literal["probability", "amount"] = "probability"
    yes: Word | None = None
    leave_out: tuple[Word, ...] = ()
    horizon: Duration = 0

    @model_validator(mode="after")
    def _of_its_kind(self) -> Self:
        if self.yes is not None and self.predict == "amount":
            text = "`yes` is the word that says that it happened, and an amount has none. Take one of them away."
            raise StamkundError("bad_setting", text, field="yes")
        if self.horizon and self.table == "customers":
            text = (
                "`horizon` says how long after a snapshot its outcome is known, and customers are none. Take it away."
            )
            raise StamkundError("bad_setting", text, field="horizon")
        return self


TargetSettings = Annotated[
    LapseSettings
    | SpendSettings
    | OrdersSettings
    | MarginSettings
    | EventSettings
    | SubscriptionEndSettings
    | RedemptionSettings
    | OutcomeSettings
    | UpliftSettings,
    Field(discriminator="type"),
]


class Training(Section):
    """How much a training learns from: at most so many ``rows``, a customer at a past moment each."""

    rows: Whole = Field(default=200_000, ge=1_000)


class Gate(Section):
    """What a model must show before it may be used; a champion older than ``renew`` makes way for any that does.

    From ``leak`` on, in AUC or normalized Gini, an outcome is told too well to be believed.
    """

    outcomes: Whole = Field(default=200, ge=1)
    horizons: Whole = Field(default=3, ge=1)
    confidence: Number = Field(default=0.9, gt=0, lt=1)
    slope: tuple[Number, Number] = (0.8, 1.25)
    level: Number = Field(default=0.1, gt=0, lt=1)
    leak: Number = Field(default=0.97, gt=0.5, le=1)
    renew: Duration = 90 * DAY
