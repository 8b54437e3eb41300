"""The answer of a decision: what to show, and why not the others."""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from serving.http.contract.scores import Reason
from serving.http.contract.values import Amount, BuildOf, Chance, Count, Estimate, Json, Moment

Uplift = Annotated[
    float, Field(description="By how much showing it raises the chance of what is wanted, where a model tells it.")
]


class Chosen(TypedDict):
    """An offer that is chosen, with the figures that it was chosen by."""

    offer_id: str
    name: str | None
    campaign_id: str | None
    score: float | None
    propensity: Chance | None
    uplift: Uplift | None
    expected_value: Estimate | None
    value: Amount | None
    cost: Amount | None
    assumed: Annotated[bool, Field(description="Whether value and cost are assumed from what customers spend.")]
    probability: Annotated[Chance, Field(description="Of this choice at this position.")]
    reasons: list[Reason]
    is_fallback: bool
    type: NotRequired[
        Annotated[str, Field(description="Offer, item, content or action, where decisions are declared.")]
    ]
    marginal: NotRequired[
        Annotated[
            Chance | None,
            Field(description="Of this choice at this position, before any position is drawn; null where not known."),
        ]
    ]
    factors: NotRequired[
        Annotated[
            dict[str, float], Field(description="What its score was multiplied by: weights by name, and the lever.")
        ]
    ]


class OtherReason(TypedDict):
    """A further reason why an offer is not chosen: its code and parameters, and a sentence."""

    code: str
    params: Json
    detail: str


class NotChosen(TypedDict):
    """An offer that is not chosen: the parameters of the reason, and a sentence."""

    offer_id: str
    name: str | None
    campaign_id: str | None
    params: Json
    detail: str
    also: NotRequired[Annotated[list[OtherReason], Field(description="With `full`, where decisions are declared.")]]


class Exclusions(TypedDict):
    """How many offers are not chosen for one reason, and which: all of them, or with `summary` three."""

    reason: str
    count: Count
    offers: list[NotChosen]


class Shown(TypedDict):
    """What a placement shows, best first; `excluded` unless it was asked for with `explain: none`."""

    id: str
    items: list[Chosen]
    excluded: NotRequired[list[Exclusions]]


class Control(TypedDict):
    """The control arm of a customer among all customers, and by campaign those of campaigns; null where in none."""

    arm: str | None
    gets: str | None
    campaigns: dict[str, str]


class DecisionAnswer(TypedDict):
    """The best offers for each placement."""

    decision_id: Annotated[str | None, Field(description="To be sent back with exposures and responses.")]
    took_ms: float
    as_of: Moment
    build: BuildOf | None
    currency: str
    control_group: Annotated[bool, Field(description="Whether the customer is in a control arm.")]
    control: NotRequired[Annotated[Control, Field(description="The control arms, where decisions are declared.")]]
    models: Annotated[dict[str, str], Field(description="By name the version of each model.")]
    basis: Annotated[str, Field(description="How the figures are computed.")]
    placements: list[Shown]
    dry_run: NotRequired[Annotated[bool, Field(description="True where that was asked for: nothing was kept.")]]
    is_repeated: NotRequired[Annotated[bool, Field(description="The decision was made for an earlier request.")]]


class KeptChoice(TypedDict):
    """A choice as it is kept."""

    offer_id: str
    campaign_id: str | None
    position: Count
    probability: Annotated[Chance, Field(description="Given the choices before it.")]
    marginal: NotRequired[Chance | None]


class KeptPlacement(TypedDict):
    """What a placement showed."""

    id: str
    items: list[KeptChoice]


class Considered(TypedDict):
    """A candidate that was considered: its figures, its rank among the eligible ones from 1, and all that it failed."""

    offer_id: str
    name: str | None
    campaign_id: str | None
    rank: Count | None
    score: float | None
    propensity: Chance | None
    uplift: Uplift | None
    expected_value: float | None
    factors: dict[str, float]
    failed: Annotated[list[str], Field(description="Codes; of rules and limits with the name behind a colon.")]


class KeptDecision(TypedDict):
    """A decision as it was made, computed again from what is kept of it."""

    decision_id: str
    as_of: Moment
    customer_id: str | None
    context: Json
    models: dict[str, str]
    control: Control | None
    catalogue: Annotated[str | None, Field(description="The version of the candidates and rules it was made from.")]
    currency: str
    placements: list[KeptPlacement]
    candidates: list[Considered]
    next: Annotated[str | None, Field(description="The cursor of the page after; null at the end.")]
