"""Answers to messages: what became of each, and those that were rejected lately."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from serving.http.contract.errors import ErrorAnswer
from serving.http.contract.values import Count, Json, Moment


class Verdict(TypedDict):
    """What became of one message; code, params, message and field say why it was rejected.

    Of one that was accepted they say what of it may have been meant otherwise.
    """

    messageId: str | None
    status: Literal["accepted", "duplicate", "rejected"]
    code: str | None
    params: Json | None
    message: str | None
    field: str | None


class MessagesAnswer(TypedDict):
    """How many messages were accepted, known already or rejected, and the verdict on each in their order."""

    accepted: Count
    duplicate: Count
    rejected: Count
    results: list[Verdict]


class RejectedMessages(MessagesAnswer, ErrorAnswer):
    """The answer to a `strict` batch with rejected messages: an error beside the verdicts. The others are kept."""


class Rejection(TypedDict):
    """A message that was rejected, as it came; the text says why."""

    number: int
    received_at: Moment
    code: str
    text: str | None
    field: str | None
    messageId: str | None
    message: Annotated[str | None, Field(description="The JSON that came; null where it may not be kept.")]


class RejectedAnswer(TypedDict):
    """Rejected messages, newest first; `next` is what to give as `before` for those before them, null at the end."""

    rejected: list[Rejection]
    next: int | None
