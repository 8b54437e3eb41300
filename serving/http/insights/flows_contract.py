"""What is answered about how customers move: between the stages of their lives, and from one touchpoint to the next."""

from __future__ import annotations

from typing import TypeAlias

from typing_extensions import TypedDict

from serving.http.contract.values import Count, Moment

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


class StagesAnswer(TypedDict):
    """Moves between stages as of the last refresh, by month; none where the build has no stages."""

    as_of: Moment
    build: str
    moves: list[MoveAnswer]
