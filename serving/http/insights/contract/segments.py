"""Answers about segments."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from serving.http.contract.values import Count, Json, Moment

Version = Annotated[str, Field(description="The version of the lake that it is of.")]


class Condition(TypedDict):
    """A condition that must hold, and how many customers it keeps out."""

    condition: str
    failing: Count
    unknown: Annotated[int, Field(ge=0, description="Of these, those of whom it is not known.")]
    alone: Annotated[int, Field(ge=0, description="Of these, those who meet all other conditions.")]
    left: Annotated[int, Field(ge=0, description="Who meet it and all before it.")]


class AudienceStep(TypedDict):
    """A step of the audience funnel: how many are left after it, and as a code why others are not."""

    step: Literal["in_segment", "identified", "consented", "under_caps", "reachable"]
    left: Count
    reason: str | None


class Stranger(TypedDict):
    """A text that a rule asks for and nobody has, and the nearest one that somebody has; or, without one, a step."""

    name: str
    text: Annotated[str | None, Field(description="Null of a step of a journey that nobody ever came to.")]
    near: str | None


class Counted(TypedDict):
    """How many a rule holds for."""

    rule: str
    members: Count
    share: Annotated[float | None, Field(ge=0, le=1)]
    conditions: list[Condition]
    nobody_has: Annotated[list[Stranger], Field(description="Texts and steps of the rule that nobody has.")]
    audience: NotRequired[list[AudienceStep]]


class CountAnswer(Counted):
    """The same, of all customers at a moment."""

    as_of: Moment
    build: Version
    customers: Count


class Segment(Counted):
    """A declared segment; `text` tells people who is in it."""

    name: str
    text: str | None


class SegmentsAnswer(TypedDict):
    """All segments."""

    as_of: Moment
    build: Version
    customers: Count
    segments: list[Segment]


class Size(TypedDict):
    """How big a segment was at a refresh, and how many moved since the one before."""

    segment: str
    as_of: Moment
    build: Version
    definition: Annotated[str, Field(description="Differs once the rule does.")]
    customers: Count
    members: Count
    entered: Count
    left: Count


class Overlap(TypedDict):
    """How many of a segment are also in another one, which has so many members."""

    segment: str
    members: Count
    both: Count


class Difference(TypedDict):
    """By how much the mean of a number, or the share of a word, differs between two segments."""

    name: str
    word: Annotated[str | None, Field(description="The word whose share is told; null where a mean is.")]
    value: float
    other_value: float
    difference: float
    low: float
    high: float
    n: Count
    other_n: Count
    effect: Annotated[float, Field(description="The difference in standard deviations.")]
    stands: Annotated[bool, Field(description="After as many comparisons as were made (Benjamini–Hochberg).")]
    compared: Count


class ComparisonAnswer(TypedDict):
    """Two segments beside each other."""

    as_of: Moment
    build: Version
    customers: Count
    segment: str
    versus: str
    members: Count
    other_members: Count
    both: Count
    differences: list[Difference]


class SegmentAnswer(Segment):
    """One segment with its history."""

    as_of: Moment
    build: Version
    customers: Count
    history: list[Size]
    overlap: Annotated[list[Overlap], Field(description="With each other segment.")]


class MembersAnswer(TypedDict):
    """A page of members by their customer ids."""

    as_of: Moment
    build: Version
    customers: Count
    segment: str
    members: list[str]
    out: NotRequired[Annotated[dict[str, str], Field(description="By id why a member cannot be reached, as a code.")]]
    next: Annotated[str | None, Field(description="The `after` of the next page; null at the end.")]


class MovesAnswer(TypedDict):
    """Who entered and who left at a refresh."""

    as_of: Moment
    segment: str
    entered: list[str]
    left: list[str]


class WhyAnswer(TypedDict):
    """Whether somebody is in, what would have to change, and the same of each segment that the rule reads."""

    as_of: Moment
    segment: str
    customer_id: str
    member: bool
    needs: str | None
    segments: Json
