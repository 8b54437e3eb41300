"""Answers about one customer: their profile, and what happened to them."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from serving.http.contract.scores import Scores
from serving.http.contract.values import Amount, BuildOf, Count, Json, Moment


class PurposeStanding(TypedDict):
    """Where a customer stands on one purpose."""

    state: str
    since: Moment | None
    allowed: bool
    addresses: NotRequired[Annotated[dict[str, str], Field(description="Of a channel, each address's permission.")]]


class Home(TypedDict):
    """The household of a customer."""

    id: str
    people: Count


class ProfileAnswer(TypedDict):
    """A customer as known at a moment; without their consent there are no features or scores."""

    id_type: str
    id: str
    customer_id: str
    as_of: Moment
    build: BuildOf | None
    currency: str
    models: Annotated[dict[str, str], Field(description="By name the version of each model.")]
    traits: Json
    consent: Annotated[dict[str, PurposeStanding] | None, Field(description="By purpose; null where none is declared.")]
    household: Home | None
    no_scores: Annotated[str | None, Field(description="Why no model says anything, as a code.")]
    features: Annotated[dict[str, float | str | None] | None, Field(description="By name, as they are now.")]
    scores: Scores | None
    segments: Annotated[list[str] | None, Field(description="Those that they are in now; null without their consent.")]


class IdentifierOf(TypedDict):
    """An identifier; of a type that is hashed, its value is null."""

    id_type: str
    id: str | None


class Found(TypedDict):
    """A person whom an identifier means."""

    customer_id: str
    matched: Annotated[list[str], Field(description="The types of identifiers that it is one of.")]
    identifiers: list[IdentifierOf] | None
    no_identifiers: Annotated[str | None, Field(description="Why they are not told, as a code.")]


class SearchAnswer(TypedDict):
    """The people whom an identifier means, mostly one, or nobody."""

    as_of: Moment
    build: BuildOf | None
    currency: str
    people: list[Found]


class Line(TypedDict):
    """What an event tells of an item; what it does not tell is left out."""

    item_id: NotRequired[str]
    category: NotRequired[str]
    quantity: NotRequired[float]
    value: NotRequired[Amount]
    discount: NotRequired[Amount]


class Entry(Line):
    """An event, or an order with its lines."""

    kind: str
    time: Moment
    precision: Annotated[Literal["moment", "day"], Field(description="`day`: its source tells no time of day.")]
    source: str
    event_id: str
    order_id: NotRequired[str]
    channel: NotRequired[str]
    campaign_id: NotRequired[str]
    offer_id: NotRequired[str]
    session_id: NotRequired[str]
    subscription_id: NotRequired[str]
    ticket_id: NotRequired[str]
    rating: NotRequired[float]
    scale: NotRequired[str]
    lines: NotRequired[list[Line]]


class TimelineAnswer(TypedDict):
    """A page of a customer's entries, the latest first; `no_events` is the code of why there are none to be seen."""

    customer_id: str
    as_of: Moment
    build: BuildOf | None
    currency: str
    counts: Annotated[dict[str, int] | None, Field(description="Of all entries, by kind.")]
    events: list[Entry] | None
    next: Annotated[str | None, Field(description="The cursor of the page after; null at the end.")]
    no_events: str | None
