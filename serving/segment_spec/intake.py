"""Messages in, a verdict for each: accepted, duplicate, or rejected and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from features.errors import StamkundError
from serving.segment_spec.event.event_builder import Event
from serving.segment_spec.event.fields import Message
from serving.segment_spec.event.receiver import Receiver
from serving.segment_spec.head import message_id
from serving.segment_spec.messages import events_of

Log = Callable[[Sequence[Sequence[Event]]], set[str]]


@dataclass(frozen=True)
class MessageVerdict:
    """What became of one message: ``accepted``, ``duplicate`` or ``rejected``, and then why."""

    messageId: str | None  # noqa: N815 (Segment's spelling)
    status: str
    code: str | None = None
    params: Mapping[str, object] | None = None
    message: str | None = None
    field: str | None = None


def receive(messages: Sequence[object], receiver: Receiver, log: Log) -> list[MessageVerdict]:
    """The verdict on each message, in order; the events of accepted messages are logged, each message once.

    ``log`` stores the events of each message, all or none, durably, and returns the id of the first event of each
    message that was new.
    """
    readings = [_read(message, receiver) for message in messages]
    new = log([events for events in readings if not isinstance(events, MessageVerdict)])
    verdicts = []
    for events, message in zip(readings, messages, strict=True):
        if isinstance(events, MessageVerdict):
            verdicts.append(events)
            continue
        first = cast(str, events[0]["event_id"])
        status = "accepted" if first in new else "duplicate"
        new.discard(first)  # a second copy in the same batch
        verdicts.append(MessageVerdict(message_id(cast(Message, message)), status))
    return verdicts


def _read(message: object, receiver: Receiver) -> list[Event] | MessageVerdict:
    try:
        return events_of(message, receiver)
    except StamkundError as error:
        id_ = message.get("messageId") if isinstance(message, Mapping) else None
        told = error.code, error.params, error.told(receiver.language), error.field
        return MessageVerdict(id_ if isinstance(id_, str) else None, "rejected", *told)
