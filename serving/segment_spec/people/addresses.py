"""What happens to an address: its channel, and the list that is joined or left."""

from __future__ import annotations

from typing import Final

from features.events.statements.addresses import CHANNELS, channel_in_name
from serving.segment_spec.event.event_builder import EventBuilder
from serving.segment_spec.event.fields import Message, first_given, text_of

_LISTS: Final = ("purpose", "list_id", "list_name", "topic")
_BOUNCES: Final = ("bounce_type", "bounceType", "Bounce Type")
_ADDRESSES: Final = {"email": "email", "phone": "sms"}


def put_address(builder: EventBuilder, message: Message, properties: Message) -> None:
    """Fill the channel, the purpose (the list that it is about), and of a bounce whether it will pass.

    The channel is the one that the message names, or else its event's name; what says through whom the message came,
    such as a server, is none.
    """
    if builder.columns.get("channel") not in CHANNELS:
        address = first_given(properties, tuple(_ADDRESSES))
        named = channel_in_name(str(message.get("event")))
        by_address = None if address is None else _ADDRESSES[address]
        builder.put("channel", named or by_address, "event" if named else f"properties.{address}")
    _put_first(builder, properties, "purpose", _LISTS)
    if builder.columns["kind"] == "bounce":
        _put_first(builder, properties, "status", _BOUNCES)


def _put_first(builder: EventBuilder, properties: Message, column: str, names: tuple[str, ...]) -> None:
    name = first_given(properties, names)
    if name is not None:
        builder.put(column, text_of(properties, name, at="properties."), f"properties.{name}")
