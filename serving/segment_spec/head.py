"""The head of a message: its id, who it is about, when it happened, by which channel it came."""

from __future__ import annotations

from features.errors import StamkundError
from features.events.statements import KINDS_OF_STATEMENTS
from features.events.tables import HTTP
from features.reading.ids import is_missing_id
from features.reading.iso import parse
from features.units import DAY
from serving.segment_spec.event_builder import EventBuilder
from serving.segment_spec.fields import Message, display, object_of, text_of
from serving.segment_spec.receiver import Receiver


def head_of(message: Message, receiver: Receiver, kind: str) -> EventBuilder:
    """The columns that every message fills, of one that means an event of this kind."""
    user, anonymous = (_who(message, name, receiver) for name in ("userId", "anonymousId"))
    if user is None and anonymous is None:
        raise StamkundError("missing_user", "A message needs a userId or an anonymousId.", field="userId")
    builder = EventBuilder()
    builder.put("event_id", message_id(message), "messageId")
    builder.put("source", HTTP, "type")
    builder.put("id_type", "user_id" if user is not None else "anonymous_id", "userId")
    builder.put("id", user if user is not None else anonymous, "userId" if user is not None else "anonymousId")
    _put_time(builder, message, receiver, kind)
    context = object_of(message, "context")
    within, beside = text_of(context, "channel", at="context."), text_of(message, "channel")
    builder.put("channel", within or beside, "context.channel" if within else "channel")
    return builder


def _who(message: Message, name: str, receiver: Receiver) -> str | None:
    """Who a message is about, None when it does not say; what stands for nobody is refused."""
    id_ = text_of(message, name)
    if id_ is not None and is_missing_id(id_, receiver.missing_ids):
        text = f"{name} is {display(id_)}, which stands for nobody (the setting `missing_ids` lists what does)."
        raise StamkundError("missing_user", f"{text} Send an id, or leave {name} out.", field=name)
    return id_


def message_id(message: Message) -> str:
    """The message's id: without one, a repeated delivery could not be told from a second event."""
    id_ = text_of(message, "messageId")
    if id_ is None:
        raise StamkundError("missing_message_id", "A message needs a messageId (any unique text).", field="messageId")
    return id_


def _put_time(builder: EventBuilder, message: Message, receiver: Receiver, kind: str) -> None:
    """When it happened: a day means its last microsecond, as in files; without a time, the moment by the clock.

    A withdrawal of today is taken by a service whose clock stands in the past.
    """
    name = "timestamp" if message.get("timestamp") is not None else "originalTimestamp"
    text = message.get(name)
    time = receiver.now if text is None else parse(text, field=name, day_ends=True)
    if time > receiver.receipt(statement=kind in KINDS_OF_STATEMENTS) + DAY:
        raise StamkundError("future_time", f"{text!r} is more than a day after the clock of this service.", field=name)
    builder.put("time", time, name)
