"""The bodies of requests, each checked once when it comes in."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from features.config.sections.decisions.placements import CandidateType
from features.events.rules.constraint_types import LONGEST
from serving.decisions.explanation.slates import Explain
from serving.http.reception.body import Body

Id = Annotated[str, Field(min_length=1, max_length=LONGEST, pattern=r"^[^\x00]*$")]


class Profile(Body):
    """The identifier of the customer that a request is about."""

    id_type: Id = "user_id"  # one that is no type is refused where it is asked for
    id: Id


class ScoresRequest(Body):
    """Whose scores, by which models, as of when."""

    profiles: list[Profile] = Field(default=[], max_length=1000)
    customers: list[Id] = Field(default=[], max_length=1000, description="Short for profiles with id_type user_id.")
    models: list[str] | None = Field(default=None, description="Names of models; all when left out.")
    as_of: str | None = Field(
        default=None, description="ISO 8601; now when left out.", examples=["2017-12-03T00:00:00Z"]
    )
    reasons: int = Field(default=3, strict=True, ge=0, le=20, description="How many reasons each model gives.")

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"profiles": [{"id_type": "user_id", "id": "1008"}]}]},
    )

    @property
    def alike(self) -> Hashable | None:
        """The models that it asks of one customer what they say now, and not why."""
        is_short = len(self.profiles) + len(self.customers) == 1 and self.as_of is None and self.reasons == 0
        return (self.models and tuple(self.models),) if is_short else None

    @property
    def everyone(self) -> list[Profile]:
        """Whom it asks about."""
        return [*self.profiles, *(Profile(id=customer) for customer in self.customers)]


class PlacementRequest(Body):
    """Where offers are to be shown, and how many."""

    id: Id
    count: int | None = Field(
        default=None, strict=True, ge=1, le=30, description="As many as are declared for it, or 1."
    )
    types: list[CandidateType] = Field(default=[], max_length=4, description="Those that are declared for it, or all.")
    formats: list[Id] = Field(default=[], max_length=20, description="Those that are declared for it, or all.")


class DecisionRequest(Body):
    """For whom, where, and in which situation; without a profile the visitor is anonymous."""

    profile: Profile | None = None
    request_id: Id | None = Field(
        default=None,
        description="All requests that name this id for one profile are answered by the same decision.",
    )
    context: dict[str, object] = Field(default={})
    placements: list[PlacementRequest] = Field(default=[PlacementRequest(id="default")], min_length=1, max_length=20)
    explain: Explain = Field(
        default="summary",
        description="Why not the others: `none`, a `summary` with three examples a reason, or `full`: each.",
    )
    as_of: str | None = Field(
        default=None,
        description="ISO 8601; now when left out. What is asked of the past is not kept: it has no decision_id.",
    )
    dry_run: bool = Field(
        default=False,
        strict=True,
        description="Decide, but keep nothing and take nothing of what is limited: no decision_id.",
    )

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "profile": {"id_type": "user_id", "id": "1008"},
                    "context": {"channel": "web"},
                    "placements": [{"id": "home_hero", "count": 2}],
                }
            ]
        },
    )


class BatchRequest(BaseModel):
    """Segment Spec messages; Segment's other keys are let through."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    batch: list[object] = Field(min_length=1, max_length=10_000)
    sentAt: object = Field(default=None, description="When it was sent, by the sender's clock, in ISO 8601.")  # noqa: N815
    context: object = Field(default=None, description="What the contexts of all messages have in common.")
