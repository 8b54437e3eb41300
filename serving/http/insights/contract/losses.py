"""What is answered about money that is lost, and who could still be won."""

from __future__ import annotations

from typing_extensions import TypedDict

from insights.winnable.chances import Sense
from serving.http.contract.values import Count, Moment
from serving.http.insights.contract.provenance import Provenance


class LossAmounts(TypedDict):
    """Money that is lost, in units of the currency; null where ``refusal`` says why it is not told.

    ``gross`` is an upper bound, ``anyway`` what those who were dropped did spend, ``lost`` what they would have spent
    beyond that, ``point`` that for one percent of all who were there.
    """

    went: Count | None
    dropped: Count | None
    gross: float | None
    gross_low: float | None
    gross_high: float | None
    anyway: float | None
    anyway_low: float | None
    anyway_high: float | None
    lost: float | None
    lost_low: float | None
    lost_high: float | None
    point: float | None
    point_low: float | None
    point_high: float | None
    refusal: str | None
    params: dict[str, float]


class LossAnswer(LossAmounts):
    """What is lost at a step of a journey."""

    journey: str
    step: str


class WinnableAnswer(TypedDict):
    """Who of those ``dropped`` after a step could still be won: ``customers``, of whom a batch has scores.

    ``back`` came to the last step since, ``unscored`` are in no batch. ``sense``: the score of ``model`` is the
    probability that the customer ``answers`` a contact with an offer, that the last step ``comes`` by itself, or that
    it ``stays_away`` (the chance is what is left to 1). ``worth`` is what they all will bring as ``worth_model`` says,
    or without one as those who went on did; ``expected`` is each one's chance times worth.
    """

    journey: str
    step: str
    model: str
    sense: Sense
    worth_model: str | None
    dropped: Count
    back: Count
    unscored: Count | None
    customers: Count | None
    worth: float | None
    expected: float | None
    suppressed: bool


class WinnableCustomer(TypedDict):
    """A customer who could still be won: when they came to their last step, how likely it is, and for how much."""

    customer_id: str
    last: Moment
    chance: float
    worth: float | None
    expected: float | None


class WinnablePeopleAnswer(Provenance):
    """Who could still be won after a step: ``count`` in all, and a page of them, what is expected falling."""

    currency: str
    count: Count
    customers: list[WinnableCustomer]
