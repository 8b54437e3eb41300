"""Errors: one shape, whichever route answers and whatever went wrong."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from serving.http.contract.values import Json


class Error(TypedDict):
    """What went wrong: for programs a code, for people what came, what is allowed and what to do."""

    code: Annotated[str, Field(examples=["invalid_request"])]
    params: Annotated[Json, Field(description="What the texts of the code are filled with.")]
    message: str
    field: Annotated[str | None, Field(description="What of the request it is about, such as `profiles[0].id`.")]


class ErrorAnswer(TypedDict):
    """The answer to every request that is not met."""

    error: Error
