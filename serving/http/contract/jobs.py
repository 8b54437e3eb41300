"""Answers about jobs."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field
from typing_extensions import TypedDict

from serving.http.contract.errors import Error
from serving.http.contract.values import Count, Json, Moment

Kind: TypeAlias = Literal["build", "train", "score", "decide", "effects"]
StateName: TypeAlias = Literal["queued", "running", "done", "failed", "cancelled"]


class JobProgress(TypedDict):
    """How far the present step is."""

    step: str
    done: Count
    total: Count


class JobAnswer(TypedDict):
    """Long work that was asked for."""

    id: str
    kind: Kind
    state: StateName
    asked_at: Moment
    asked_by: Annotated[str | None, Field(description="The id of the key that asked.")]
    started: Moment | None
    finished: Moment | None
    progress: JobProgress | None
    exit_code: Annotated[int | None, Field(description="Of the command line: 3 is done, but something was refused.")]
    result: Annotated[Json | None, Field(description="What the command line tells with `--json`.")]
    error: Error | None


class JobsAnswer(TypedDict):
    """Jobs, the latest first."""

    jobs: list[JobAnswer]
    next: Annotated[int | None, Field(description="What to give as `before` for the next ones; null at the end.")]
