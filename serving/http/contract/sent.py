"""Messages as the Segment Spec has them: for the description alone, `serving/segment_spec` is what reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, NotRequired

from pydantic import Field, TypeAdapter
from typing_extensions import TypedDict

from serving.http.contract.values import Json, Moment


class Message(TypedDict):
    """What every message may tell; other members are let through."""

    userId: NotRequired[Annotated[str | None, Field(description="This, or `anonymousId`, is needed.")]]
    anonymousId: NotRequired[str | None]
    messageId: Annotated[str, Field(description="What is sent twice with one id counts once.")]
    timestamp: NotRequired[Annotated[Moment | None, Field(description="When it happened; now when left out.")]]
    sentAt: NotRequired[Annotated[Moment | None, Field(description="By the sender's clock, to correct it.")]]
    context: NotRequired[Json]


class Track(Message):
    """Something that somebody did, such as `Order Completed`."""

    event: str
    properties: NotRequired[Json]


class Identify(Message):
    """Who somebody is; their traits hold from then on."""

    traits: NotRequired[Json]


class Page(Message):
    """A page, or a screen, that somebody saw."""

    name: NotRequired[str | None]
    category: NotRequired[str | None]
    properties: NotRequired[Json]


class Group(Message):
    """A group that somebody belongs to; traits are the group's."""

    groupId: str
    traits: NotRequired[Json]


class Alias(Message):
    """That an earlier identifier and a user are one person."""

    previousId: str


class BatchMessage(Message):
    """A message of any type."""

    type: Literal["track", "identify", "page", "screen", "group", "alias"]
    event: NotRequired[str | None]
    name: NotRequired[str | None]
    category: NotRequired[str | None]
    properties: NotRequired[Json]
    traits: NotRequired[Json]
    groupId: NotRequired[str | None]
    previousId: NotRequired[str | None]


BODIES: Final[Mapping[str, type]] = {
    "track": Track, "identify": Identify, "page": Page, "screen": Page, "group": Group, "alias": Alias,
}  # fmt: skip


def describe_messages(document: dict[str, Any]) -> None:
    """Say in an OpenAPI document what messages look like; a body is read by the Spec's rules, whatever this says."""
    schemas: dict[str, Any] = document["components"]["schemas"]
    schemas |= {each.__name__: TypeAdapter(each).json_schema() for each in (*BODIES.values(), BatchMessage)}
    for name, body in BODIES.items():
        content = document["paths"][f"/v1/{name}"]["post"]["requestBody"]["content"]["application/json"]
        content["schema"] = {"$ref": f"#/components/schemas/{body.__name__}"}
    schemas["BatchRequest"]["properties"]["batch"]["items"] = {"$ref": "#/components/schemas/BatchMessage"}
