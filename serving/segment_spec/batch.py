"""Batches of messages: what is said once for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence


def messages_of(batch: Sequence[object], *, sent_at: object, context: object) -> Iterator[object]:
    """The messages of a batch, with when it was sent and its context, where a message tells none of its own.

    >>> list(messages_of([{"type": "page"}], sent_at="2024-05-01T09:00:00Z", context={"ip": "::1"}))
    [{'type': 'page', 'sentAt': '2024-05-01T09:00:00Z', 'context': {'ip': '::1'}}]
    """
    told = {name: value for name, value in (("sentAt", sent_at), ("context", context)) if value is not None}
    for message in batch:
        yield {**message, **_joined(message, told)} if told and isinstance(message, Mapping) else message


def _joined(message: Mapping[str, object], told: Mapping[str, object]) -> Mapping[str, object]:
    """What a message lacks of what is told for all; of two contexts the message's own counts, field by field."""
    own, common = message.get("context"), told.get("context")
    lacking = {name: value for name, value in told.items() if message.get(name) is None}
    if isinstance(own, Mapping) and isinstance(common, Mapping):
        lacking["context"] = {**common, **own}
    return lacking


def as_history(batch: Sequence[object]) -> Iterator[object]:
    """Messages of what happened long ago, whose times are right: without when they were sent.

    >>> list(as_history([{"timestamp": "2019-05-01", "sentAt": "2024-05-01T09:00:00Z"}]))
    [{'timestamp': '2019-05-01', 'sentAt': None}]
    """
    for message in batch:
        yield {**message, "sentAt": None} if isinstance(message, Mapping) else message
