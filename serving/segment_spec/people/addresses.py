"""Messages and addresses: by which channel, and the list that is joined or left."""

from __future__ import annotations

from typing import Final

from features.events.kinds import KINDS
from features.events.statements.addresses import CHANNELS, channel_in_name
from serving.segment_spec.event.event_builder import EventBuilder
from serving.segment_spec.event.fields import Message, first_given, text_of

_LISTS: Final = ("purpose", "list_id", "list_name", "topic")
_BOUNCES: Final = ("bounce_type", "bounceType", "Bounce Type")
_ADDRESSES: Final = {"email": "email", "phone": "sms"}


def put_channel(builder: EventBuilder, message: Message, properties: Message) -> None:
    """Fill the channel by which a customer is reached, or answers: the message names it, or else its event's name does.

    What says through whom the message came, such as a server, is none.
    """
    kind = KINDS.get(str(builder.columns["kind"]))
    if kind is None or not (kind.of_address or kind.question or kind.answer):
        return
    if builder.columns.get("channel") in CHANNELS:
        return
    if named := channel_in_name(str(message.get("event"))):
        builder.put("channel", named, "event")
    elif kind.of_address:
        address = first_given(properties, tuple(_ADDRESSES))
        builder.put("channel", None if address is None else _ADDRESSES[address], f"properties.{address}")


def put_list(builder: EventBuilder, properties: Message) -> None:
    """Fill the purpose, which is the list that it is about, and of a bounce whether it will pass."""
    _put_first(builder, properties, "purpose", _LISTS)
    if builder.columns["kind"] == "bounce":
        _put_first(builder, properties, "status", _BOUNCES)


def _put_first(builder: EventBuilder, properties: Message, column: str, names: tuple[str, ...]) -> None:
    name = first_given(properties, names)
    if name is not None:
        builder.put(column, text_of(properties, name, at="properties."), f"properties.{name}")
