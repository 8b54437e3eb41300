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
from serving.segment_spec.notes import note_of

Log = Callable[[Sequence[Sequence[Event]]], set[str]]


@dataclass(frozen=True)
class MessageVerdict:
    """What became of one message: ``accepted``, ``duplicate`` or ``rejected``, and then why.

    One that was accepted may have a code too, of what its sender may have meant otherwise.
    """

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
    new = log([reading.events for reading in readings if isinstance(reading, _Reading)])
    verdicts = []
    for reading, message in zip(readings, messages, strict=True):
        if isinstance(reading, MessageVerdict):
            verdicts.append(reading)
            continue
        first = cast(str, reading.events[0]["event_id"])
        status, note = ("accepted", reading.note) if first in new else ("duplicate", None)
        new.discard(first)  # a second copy in the same batch
        told = () if note is None else _told(note, receiver)
        verdicts.append(MessageVerdict(message_id(cast(Message, message)), status, *told))
    return verdicts


@dataclass(frozen=True)
class _Reading:
    events: list[Event]
    note: StamkundError | None


def _read(message: object, receiver: Receiver) -> _Reading | MessageVerdict:
    try:
        events = events_of(message, receiver)
        return _Reading(events, note_of(cast(Message, message), events, receiver.money.minor_units))
    except StamkundError as error:
        id_ = message.get("messageId") if isinstance(message, Mapping) else None
        return MessageVerdict(id_ if isinstance(id_, str) else None, "rejected", *_told(error, receiver))


def _told(error: StamkundError, receiver: Receiver) -> tuple[str, Mapping[str, object], str, str | None]:
    return error.code, error.params, error.told(receiver.language), error.field
