"""What happens to an address: its channel, and the list that is joined or left."""

from __future__ import annotations

from typing import Final

from features.events.kinds import snake_case
from serving.segment_spec.event.event_builder import EventBuilder
from serving.segment_spec.event.fields import Message, first_given, text_of

CHANNELS: Final = frozenset({"email", "sms", "push"})
_LISTS: Final = ("purpose", "list_id", "list_name", "topic")


def put_address(builder: EventBuilder, message: Message, properties: Message) -> None:
    """Fill the channel, where nothing but the event's name tells it, and the purpose: the list that it is about."""
    channel = snake_case(str(message.get("event"))).partition("_")[0]
    if builder.columns.get("channel") is None and channel in CHANNELS:
        builder.put("channel", channel, "event")
    name = first_given(properties, _LISTS)
    if name is not None:
        builder.put("purpose", text_of(properties, name, at="properties."), f"properties.{name}")
