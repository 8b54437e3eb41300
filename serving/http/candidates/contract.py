"""Answers about candidates that people keep."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from serving.http.contract.values import Amount, Moment

State: TypeAlias = Literal["running", "paused", "expired", "not_started", "deleted"]
Names: TypeAlias = list[str]


class KeptCandidate(TypedDict):
    """A candidate as a whole, with the columns that the settings declare beside these."""

    __pydantic_config__ = ConfigDict(extra="allow")  # type: ignore[misc]

    type: Literal["offer", "item", "content", "action"]
    name: str | None
    campaign_id: str | None
    starts: Moment | None
    ends: Moment | None
    value: Amount | None
    cost: Amount | None
    item_ids: Names
    channels: Names
    formats: Names
    tags: Names
    issue: str | None
    group: str | None
    membership: Literal["contacted", "anyone"] | None
    priority: float | None
    lever: float | None
    stock: float | None
    paused: bool


class CandidateAnswer(TypedDict):
    """A candidate that people keep, in its last version."""

    id: str
    version: Annotated[int, Field(ge=1, description="Its ETag, between quotes.")]
    changed_at: Moment
    changed_by: Annotated[str | None, Field(description="The name of the key.")]
    state: State
    candidate: KeptCandidate | None
    replaces: Annotated[
        list[str | None],
        Field(description="Under which campaigns files or rules tell of this id: this takes the place of them all."),
    ]


class CandidatesAnswer(TypedDict):
    """Candidates that people keep, by id."""

    candidates: list[CandidateAnswer]
    next: Annotated[str | None, Field(description="What to give as `after` for the next ones; null at the end.")]


class Change(TypedDict):
    """What a field was and is."""

    before: object
    after: object


class CandidateVersion(TypedDict):
    """What a candidate was from a moment on."""

    version: Annotated[int, Field(ge=1)]
    changed_at: Moment
    changed_by: str | None
    candidate: KeptCandidate | None
    changes: dict[str, Change]


class HistoryAnswer(TypedDict):
    """Every version of a candidate, the latest first."""

    id: str
    versions: list[CandidateVersion]
