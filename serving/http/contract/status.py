"""Answers about the service itself: who asks, how fresh it is, and what its codes say."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field
from typing_extensions import TypedDict

from serving.http.contract.values import Count, Moment

ScopeName: TypeAlias = Literal["write", "read", "admin"]


class KeyFacts(TypedDict):
    """A key, without its secret."""

    id: str
    name: str
    created: Moment
    expires: Moment | None


class MeAnswer(TypedDict):
    """The key that asks, null where this machine may ask without one, and what it opens."""

    key: KeyFacts | None
    scopes: list[ScopeName]


class BuildFacts(TypedDict):
    """The build whose customers are served, and how many events came after it."""

    as_of: Moment
    lake: str
    records: Count
    events_since: Count


class ModelFacts(TypedDict):
    """A model that is served."""

    name: str
    version: int
    type: str
    as_of: Moment


class Unanswered(TypedDict):
    """A declared target that no model answers, and the code of why."""

    name: str
    code: str


class StatusAnswer(TypedDict):
    """How fresh build, events and models are."""

    as_of: Moment
    version: Annotated[str, Field(description="Of Stamkund.")]
    company: str
    build: BuildFacts | None
    models: list[ModelFacts]
    unanswered: list[Unanswered]


class TextsAnswer(TypedDict):
    """What codes say in a language, to be filled with their parameters."""

    language: str
    languages: list[str]
    texts: dict[str, str]
