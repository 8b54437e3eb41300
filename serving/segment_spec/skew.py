"""The sender's clock, and how far it is from that of this service."""

from __future__ import annotations

from typing import Final

from features.reading.iso import parse
from features.units import SECOND
from serving.segment_spec.event.fields import Message
from serving.segment_spec.event.receiver import Receiver

ON_THE_WAY: Final = 5 * SECOND  # that a message may be: a difference up to it says nothing against a clock


def corrected(time: int, message: Message, receiver: Receiver, *, statement: bool) -> int:
    """When something happened by this service's clock: the time told (µs), plus receipt less ``sentAt``.

    A message from a phone whose clock is an hour slow:

    >>> from features.events.money import Money
    >>> receiver, sent = Receiver(Money("EUR", 2), now=7_200_000_000), "1970-01-01T01:00:00Z"
    >>> corrected(3_600_000_000, {"timestamp": sent, "sentAt": sent}, receiver, statement=False)
    7200000000

    What a clock that is right tells stands as it is told, to the microsecond. By a service whose clock stands in the
    past, that is what happened before; what happened after moves along. Where both ``timestamp`` and
    ``originalTimestamp`` are told, somebody has corrected it before.
    """
    sent, told = sent_at(message), [message.get(name) for name in ("timestamp", "originalTimestamp")]
    if sent is None or None not in told:
        return time
    receipt = receiver.receipt(statement=statement)
    is_right = abs(receiver.received_at - sent) <= ON_THE_WAY
    return time if is_right and time <= receipt else time + receipt - sent


def sent_at(message: Message) -> int | None:
    """When a message was sent by its sender's clock, None where that is not told."""
    text = message.get("sentAt")
    return None if text is None else parse(text, field="sentAt")
