"""What is answered about insights."""

from __future__ import annotations

from typing import Literal, TypeAlias

from typing_extensions import TypedDict

from insights.winnable.chances import Sense
from serving.http.contract.values import Count, Moment

UnitName: TypeAlias = Literal["money", "count", "points", "ratio", "share", "customers", "days"]


class MetricFacts(TypedDict):
    """A metric: its name, in words, and what it should reach; money is in units of the currency."""

    metric: str
    text: str
    unit: UnitName
    target: float | None
    better: Literal["higher", "lower"]


class CellAnswer(TypedDict):
    """A figure of a period and group, with its interval and its change; null where it is suppressed or not known.

    The ``verdict`` on its ``target`` is of the whole interval: ``unsure`` where that holds the target. Of answers that
    are weighted it is told what the figure is ``unweighted``, how many answers they are worth (``effective``), and by a
    code of ``refusal`` why there is none with weights.
    """

    metric: str
    dimension: str | None
    group: str | None
    period: str
    start: Moment
    end: Moment
    value: float | None
    low: float | None
    high: float | None
    n: float | None
    customers: Count | None
    open: bool
    suppressed: bool
    change: float | None
    change_low: float | None
    change_high: float | None
    change_stands: bool
    compared: Count
    target: float | None
    verdict: Literal["reached", "missed", "unsure"] | None
    unweighted: float | None
    effective: float | None
    refusal: Literal["weights_too_uneven"] | None


class DifferenceAnswer(TypedDict):
    """What ``group`` has beyond the ``other``, with its interval; null where either is not told or not over yet.

    It is marked as one that ``stands`` after as many comparisons as were ``compared``.
    """

    metric: str
    dimension: str
    period: str
    start: Moment
    end: Moment
    group: str
    other: str
    value: float | None
    other_value: float | None
    difference: float | None
    low: float | None
    high: float | None
    stands: bool
    compared: Count


class PeopleAnswer(TypedDict):
    """The customers behind a figure, by id; ``next`` is what to give as ``after`` for more, null at the end."""

    as_of: Moment
    total: Count
    customers: list[str]
    next: str | None


class MetricsAnswer(TypedDict):
    """Metrics as of the last refresh; of dimensions that are ``overlapping`` a customer may be in several groups."""

    as_of: Moment
    build: str
    currency: str
    dimensions: list[str]
    overlapping: list[str]
    metrics: list[MetricFacts]
    cells: list[CellAnswer]
    differences: list[DifferenceAnswer]


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


class TraitsAnswer(TypedDict):
    """What those who went on differ in, at each step those that stand first; customers count by their first entry."""

    as_of: Moment
    build: str
    currency: str
    traits: list[TraitAnswer]


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


class WinnablePeopleAnswer(TypedDict):
    """Who could still be won after a step: ``count`` in all, and a page of them, what is expected falling."""

    as_of: Moment
    build: str
    currency: str
    count: Count
    customers: list[WinnableCustomer]


class JourneysAnswer(TypedDict):
    """Journeys as of the last refresh."""

    as_of: Moment
    build: str
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


class JourneyPeopleAnswer(TypedDict):
    """The entries behind a number of a journey: ``count`` in all, and a page of them."""

    as_of: Moment
    build: str
    count: Count
    entries: list[EntryAnswer]
