"""What is answered about how customers move: between the stages of their lives, and from one touchpoint to the next."""

from __future__ import annotations

from typing import Literal, TypeAlias

from typing_extensions import TypedDict

from insights.journeys.paths import Direction
from serving.http.contract.values import Count
from serving.http.insights.contract.losses import LossAmounts
from serving.http.insights.contract.provenance import Provenance

Month: TypeAlias = str


class MoveAnswer(TypedDict):
    """How many who were in the stage ``before`` when a month began were in ``stage`` when it ended.

    ``share`` is that of all who were in the stage before, with its interval; null where fewer than five moved so.
    """

    period: Month
    before: str
    stage: str
    customers: Count | None
    of: Count | None
    share: float | None
    low: float | None
    high: float | None
    suppressed: bool


class PathAnswer(TypedDict):
    """A way that many took: the kinds of ``steps`` from the touchpoint on, or back from it, as far as it went.

    ``place`` is its rank among those in its ``direction``; ``of`` are all customers who were at the touchpoint. What is
    not among the most frequent kinds is called other.
    """

    touchpoint: str
    direction: Direction
    place: Count
    steps: list[str]
    customers: Count
    of: Count
    share: float
    low: float
    high: float


class PathStepAnswer(TypedDict):
    """How many were at a ``kind`` so many touchpoints after or before; null: there was no other touchpoint."""

    touchpoint: str
    direction: Direction
    distance: Count
    kind: str | None
    customers: Count
    of: Count
    share: float
    low: float
    high: float


class PathsAnswer(Provenance):
    """The ways customers take, as of the last refresh; of fewer than five customers nothing is told."""

    paths: list[PathAnswer]
    steps: list[PathStepAnswer]


class StageLossAnswer(LossAmounts):
    """What is lost where customers leave a stage: in the ``period``, the last month whose money is known.

    ``went`` stayed; ``dropped`` were at risk or lapsed when it ended (of those at risk: lapsed).
    """

    period: Month
    stage: str


class StagesAnswer(Provenance):
    """Moves between stages as of the last refresh, by month; none where the build has no stages."""

    currency: str
    moves: list[MoveAnswer]
    losses: list[StageLossAnswer]


class ExperienceAnswer(TypedDict):
    """What a point more of a scale, a day of waiting or a failure goes with; null where a ``refusal`` is.

    ``spend`` is money in the quarter after, ``kept`` the share of customers who buy at all, ``naive`` the plain
    comparison; ``yearly`` is what mending it brings in a year, for all whom it befalls.
    """

    name: str
    unit: Literal["point", "day", "failure"]
    n: float
    spend: float | None
    spend_low: float | None
    spend_high: float | None
    kept: float | None
    kept_low: float | None
    kept_high: float | None
    naive: float | None
    yearly: float | None
    yearly_low: float | None
    yearly_high: float | None
    refusal: str | None
    params: dict[str, float]


class WorthAnswer(Provenance):
    """Experiences as of the last refresh, what is worth mending most first."""

    currency: str
    experiences: list[ExperienceAnswer]
