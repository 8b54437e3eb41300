"""The context of a message, as far as it is kept among the properties."""

from __future__ import annotations

from typing import Final

from serving.segment_spec.event.fields import Message, object_of

_ELSEWHERE: Final = frozenset({"channel", "consent", "consentManagement", "gpc", "globalPrivacyControl", "externalIds"})
_IDS: Final = frozenset({"id", "advertisingId", "token"})


def context_of(message: Message) -> Message:
    """The context without what columns of their own hold: identifiers, consents, the channel.

    >>> context_of({"context": {"page": {"path": "/tea"}, "device": {"id": "d1", "type": "ios"}, "channel": "app"}})
    {'page': {'path': '/tea'}, 'device': {'type': 'ios'}}
    """
    context = object_of(message, "context")
    kept = {name: value for name, value in context.items() if name not in _ELSEWHERE}
    if isinstance(device := kept.get("device"), dict):
        kept["device"] = {name: value for name, value in device.items() if name not in _IDS}
    return kept
