"""Statements: the events by which people say what their data may be used for, and the words that these use.

A consent tool's signals come in the column ``consents`` of any event; a ``consent`` event has a ``purpose`` and a
``status``; to ``subscribe``, to ``unsubscribe`` and to complain is about the purposes of a channel.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import NamedTuple

import polars as pl

from features.events.kinds import snake_case


class Stance(IntEnum):
    """What a statement says of a purpose, the strictest last: of two in one event the stricter counts."""

    NOTHING = 0
    CONFIRMATION = 1
    GRANT = 2
    REQUEST = 3
    REFUSAL = 4


class Statement(NamedTuple):
    """The columns of an event that say what may be done, as they came."""

    kind: str
    channel: str | None = None
    purpose: str | None = None
    status: str | None = None
    consents: str | None = None


CONSENT = "consent"
OF_CHANNELS: Mapping[str, Stance] = {
    "subscribe": Stance.GRANT,
    "unsubscribe": Stance.REFUSAL,
    "spam_complaint": Stance.REFUSAL,
}
KINDS_OF_STATEMENTS = (CONSENT, *OF_CHANNELS)
STATEMENT_COLUMNS = Statement._fields
# What records hold of statements, and of no other event.
SAID_NUMBERS = ("received_at",)
SAID_TEXTS = ("purpose", "status", "consents")
SAYS = pl.col("kind").is_in(KINDS_OF_STATEMENTS) | pl.col("consents").is_not_null()
_WORDS: Mapping[Stance, tuple[str, ...]] = {
    Stance.CONFIRMATION: ("confirmed", "double_opt_in", "verified"),
    Stance.GRANT: (
        "granted", "grant", "given", "allowed", "accepted", "agreed", "opt_in", "opted_in", "subscribed", "active",
        "true", "yes", "y", "1", "on",
    ),
    Stance.REQUEST: ("pending", "requested", "unconfirmed", "not_confirmed"),
    Stance.REFUSAL: (
        "denied", "refused", "rejected", "declined", "withdrawn", "revoked", "objected", "opt_out", "opted_out",
        "unsubscribed", "inactive", "false", "no", "n", "0", "off",
    ),
}  # fmt: skip
_STANCES = {word: stance for stance, words in _WORDS.items() for word in words}


def stance_of(status: str | None) -> Stance:
    """What a word of status says; a word that is not known says no, for a yes must be clear. No word says nothing.

    >>> [stance_of(word).name for word in ("Opted in", "confirmed", "PENDING", "withdrawn", "perhaps", None)]
    ['GRANT', 'CONFIRMATION', 'REQUEST', 'REFUSAL', 'REFUSAL', 'NOTHING']
    """
    if status is None:
        return Stance.NOTHING
    return _STANCES.get(snake_case(status), Stance.REFUSAL)


def says(event: Mapping[str, object]) -> bool:
    """Whether an event makes a statement."""
    return event["kind"] in KINDS_OF_STATEMENTS or event.get("consents") is not None


def with_own_words(event: Mapping[str, object]) -> Mapping[str, object]:
    """The event as records hold it: without the words of a statement, if it makes none.

    >>> with_own_words({"kind": "order", "status": "paid"}), with_own_words({"kind": "consent", "status": "yes"})
    ({'kind': 'order'}, {'kind': 'consent', 'status': 'yes'})
    """
    if says(event):
        return event
    return {name: value for name, value in event.items() if name not in (*SAID_NUMBERS, *SAID_TEXTS)}
