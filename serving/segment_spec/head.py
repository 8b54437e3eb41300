"""The head of a message: its id, who it is about, when it happened, by which channel it came."""

from __future__ import annotations

from features.errors import StamkundError
from features.events.statements.statement import KINDS_OF_STATEMENTS
from features.events.tables import HTTP
from features.reading.iso import day_or_moment
from features.units import DAY
from serving.segment_spec.event.event_builder import EventBuilder
from serving.segment_spec.event.fields import Message, object_of, text_of
from serving.segment_spec.event.receiver import Receiver
from serving.segment_spec.people.identifiers import own_identifier
from serving.segment_spec.skew import corrected, sent_at


def head_of(message: Message, receiver: Receiver, kind: str) -> EventBuilder:
    """The columns that every message fills, of one that means an event of this kind."""
    id_type, id_, at = own_identifier(message, receiver)
    builder = EventBuilder()
    builder.put("event_id", message_id(message), "messageId")
    builder.put("source", HTTP, "type")
    builder.put("id_type", id_type, at)
    builder.put("id", id_, at)
    _put_time(builder, message, receiver, kind)
    context = object_of(message, "context")
    within, beside = text_of(context, "channel", at="context."), text_of(message, "channel")
    builder.put("channel", within or beside, "context.channel" if within else "channel")
    return builder


def message_id(message: Message) -> str:
    """The message's id: without one, a repeated delivery could not be told from a second event."""
    id_ = text_of(message, "messageId")
    if id_ is None:
        raise StamkundError("missing_message_id", field="messageId")
    return id_


def _put_time(builder: EventBuilder, message: Message, receiver: Receiver, kind: str) -> None:
    """When it happened: a day means its last microsecond, as in files; without a time, the moment by the clock.

    A moment is corrected by the sender's clock; a day tells no clock. A withdrawal of today is taken by a service whose
    clock stands in the past.
    """
    name = "timestamp" if message.get("timestamp") is not None else "originalTimestamp"
    text, statement = message.get(name), kind in KINDS_OF_STATEMENTS
    told, is_day = (receiver.now, True) if text is None else day_or_moment(text, field=name)
    if is_day:
        sent_at(message)  # it moves no day, and is refused all the same where it tells no moment
    time = told if is_day else corrected(told, message, receiver, statement=statement)
    if time > receiver.receipt(statement=statement) + DAY:
        if time == told:
            raise StamkundError("future_time", text=str(text), field=name)
        raise StamkundError("future_time.corrected", text=str(text), sent=str(message["sentAt"]), field=name)
    builder.put("time", time, name)
