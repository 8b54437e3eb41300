"""What is answered about journeys."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from serving.http.contract.values import Count, Moment
from serving.http.insights.contract.losses import LossAnswer, WinnableAnswer
from serving.http.insights.contract.provenance import Provenance


class StepAnswer(TypedDict):
    """How many came to a step of a journey; null where fewer than five customers are behind it.

    ``entered`` counts all entries, ``reached``, ``dropped`` and ``ended`` those whose window is over, ``open`` those
    that may still go on. ``share`` is that of the first step; ``hours`` after how many half of all who entered had
    come, null where fewer ever do; ``tied`` the share that rests on the order of steps at one moment. ``period`` is the
    month of the entries, null of all.
    """

    journey: str
    period: str | None
    dimension: str | None
    group: str | None
    place: Count
    step: str
    suppressed: bool
    entered: Count | None
    reached: Count | None
    dropped: Count | None
    ended: Count | None
    open: Count | None
    share: float | None
    low: float | None
    high: float | None
    hours: float | None
    hours_low: float | None
    hours_high: float | None
    tied: float | None


class TimeAnswer(TypedDict):
    """The share of all who entered that had come to a step after some hours (Kaplan–Meier), with its interval.

    ``watched``: how many were watched for so long and had not come before.
    """

    journey: str
    period: str | None
    dimension: str | None
    group: str | None
    place: Count
    step: str
    hours: float
    suppressed: bool
    share: float | None
    low: float | None
    high: float | None
    watched: float | None


class NextAnswer(TypedDict):
    """What those who were dropped at a step did next, within the window; null: nothing.

    ``brought`` is the mean net money of the ``known`` ones, whose time for it is over.
    """

    journey: str
    step: str
    next: str | None
    entries: Count
    known: Count
    brought: float | None
    brought_low: float | None
    brought_high: float | None


class TraitAnswer(TypedDict):
    """By how much those who ``went`` on from a step differ from those ``dropped``, as of the step.

    The mean of a number, or, of a dimension, the share of a ``group``; ``effect`` is the difference in standard
    deviations. It ``stands`` after as many comparisons as were ``compared`` in the journey.
    """

    journey: str
    step: str
    trait: str
    group: str | None
    unit: Literal["money", "days", "count", "share"]
    n_went: Count
    n_dropped: Count
    went: float
    dropped: float
    difference: float
    low: float
    high: float
    effect: float
    stands: bool
    compared: Count


class TraitsAnswer(Provenance):
    """What those who went on differ in, at each step those that stand first; customers count by their first entry."""

    currency: str
    traits: list[TraitAnswer]


class JourneysAnswer(Provenance):
    """Journeys as of the last refresh."""

    currency: str
    dimensions: list[str]
    steps: list[StepAnswer]
    months: list[StepAnswer]
    times: list[TimeAnswer]
    next: list[NextAnswer]
    losses: list[LossAnswer]
    winnable: list[WinnableAnswer]


class EntryAnswer(TypedDict):
    """A customer's entry: when it began and came to its last step, and what followed within the window."""

    customer_id: str
    entered: Moment
    last: Moment
    ended: bool
    next: str | None


class JourneyPeopleAnswer(Provenance):
    """The entries behind a number of a journey: ``count`` in all, and a page of them."""

    count: Count
    entries: list[EntryAnswer]
