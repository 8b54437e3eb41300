"""Answers to people's own rights."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from serving.http.contract.values import BuildOf, Count, Json, Moment


class HeldRows(TypedDict):
    """What is held of a person in one place, and why."""

    what: str
    why: str
    kept: Annotated[str, Field(description="For how long.")]
    rows: list[Json]


class ExportAnswer(TypedDict):
    """Everything that is held of a person."""

    as_of: Moment
    build: BuildOf | None
    currency: str
    customer_id: str
    identifiers: list[str]
    hashed: Annotated[list[str], Field(description="Types of identifiers that are held as keyed hashes only.")]
    held: dict[str, HeldRows]
    written_elsewhere: Annotated[dict[str, Moment], Field(description="Exports, and when they were last written.")]


class ReceiptAnswer(TypedDict):
    """What an erasure did: rows by where they were, exports to be cleaned by hand, models that had seen them."""

    erasure_id: str
    erased_at: Moment
    status: Annotated[
        Literal["hidden", "erased", "pending"],
        Field(description="Nobody sees them; a build took them from every file; a reader still holds the database."),
    ]
    counts: dict[str, Count]
    elsewhere: dict[str, Moment]
    models: dict[str, list[int]]
