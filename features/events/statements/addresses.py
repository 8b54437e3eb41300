"""Addresses: where people are written to, and what becomes of the permission to do so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import orjson

from features.events.identifiers import node
from features.events.kinds import KINDS, snake_case
from features.events.statements.stances import plain_word

# By channel the type of identifier that is an address of it.
CHANNELS: Final[Mapping[str, str | None]] = {
    "email": "email", "sms": "phone", "whatsapp": "phone", "phone": "phone", "push": None,
}  # fmt: skip
KINDS_OF_ADDRESSES: Final = tuple(kind.name for kind in KINDS.values() if kind.of_address)


class Permission(StrEnum):
    """Whether an address may be written to."""

    UNKNOWN = "unknown"
    PENDING = "pending"
    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    SUPPRESSED = "suppressed"


_CLOSED: Final[Mapping[Permission, tuple[str, ...]]] = {
    Permission.BOUNCED: ("bounced", "cleaned", "hard", "hard_bounce", "invalid", "invalid_email", "undeliverable"),
    Permission.COMPLAINED: ("complained", "complaint", "spam", "spam_complaint", "abuse"),
    Permission.SUPPRESSED: (
        "suppressed", "user_suppressed", "blocked", "blacklisted", "archived", "redacted", "deleted",
    ),
}  # fmt: skip
CLOSED_WORDS: Final = {plain_word(word): closed for closed, words in _CLOSED.items() for word in words}
_BY_KIND: Final = {"bounce": Permission.BOUNCED, "spam_complaint": Permission.COMPLAINED}
_SOFT: Final = {plain_word(word) for word in ("soft", "soft_bounce", "transient", "temporary", "delayed", "deferred")}


def closed_as(kind: str, status: str | None) -> Permission:
    """As what an address is closed by an event that closes it.

    >>> [closed_as(*each).value for each in (("bounce", None), ("subscribe", "cleaned"), ("unsubscribe", None))]
    ['bounced', 'bounced', 'unsubscribed']
    """
    return _BY_KIND.get(kind) or CLOSED_WORDS.get(plain_word(status or ""), Permission.UNSUBSCRIBED)


def is_soft(status: str | None) -> bool:
    """Whether a bounce will pass, by its word or by its code; what says nothing of that is there to stay.

    >>> [is_soft(status) for status in ("Soft", "4.2.2", "451", "5.1.1", "Permanent", None)]
    [True, True, True, False, False, False]
    """
    return status is not None and (plain_word(status) in _SOFT or bool(re.fullmatch(r"4\d\d|4\.\d+\.\d+", status)))


def channel_in_name(name: str) -> str | None:
    """The channel that the name of an event of an address speaks of.

    >>> [channel_in_name(name) for name in ("SMS Unsubscribed", "Subscribed to Email Marketing", "Bounced")]
    ['sms', 'email', None]
    """
    return next((word for word in snake_case(name).split("_") if word in CHANNELS), None)


def address_of(event: Mapping[str, object]) -> str | None:
    """The node of the address that an event of one is about; None where it tells none, as for other events.

    >>> told = {"kind": "bounce", "id_type": "user_id", "id": "7", "ids": '{"email": "Anna@x.se"}'}
    >>> address_of(told), address_of(told | {"ids": None}), address_of(told | {"channel": "sms"})
    ('email:anna@x.se', None, None)
    """
    if event["kind"] not in KINDS_OF_ADDRESSES:
        return None
    id_type = CHANNELS.get(str(event.get("channel") or "email"))
    if id_type is None:
        return None
    if event.get("id_type") == id_type:
        return node(id_type, str(event["id"]))
    told = orjson.loads(str(event["ids"])).get(id_type) if event.get("ids") else None
    first = told[0] if isinstance(told, list) and told else told
    return None if not first else node(id_type, str(first))
