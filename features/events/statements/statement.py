"""Statements: the events by which people say what their data may be used for.

A consent tool's signals come in the column ``consents`` of any event; a ``consent`` event has a ``purpose`` and a
``status``; to ``subscribe``, to ``unsubscribe`` and to complain is about the purposes of a channel, at an address where
the event tells one; so is what bounces.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import polars as pl

from features.events.statements.addresses import address_of
from features.events.statements.stances import Stance


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
    "bounce": Stance.UNREACHABLE,
}
KINDS_OF_STATEMENTS = (CONSENT, *OF_CHANNELS)
ALL = "*"  # the signal that stands for all others, where all are denied and some came beside
STATEMENT_COLUMNS = Statement._fields
# What records hold of statements, and of no other event.
SAID_NUMBERS = ("received_at",)
SAID_TEXTS = ("purpose", "status", "consents", "fragment", "address")
_OF_STATEMENTS = frozenset((*SAID_NUMBERS, *SAID_TEXTS))
SAYS = pl.col("kind").is_in(KINDS_OF_STATEMENTS) | pl.col("consents").is_not_null()


def says(event: Mapping[str, object]) -> bool:
    """Whether an event makes a statement."""
    return event["kind"] in KINDS_OF_STATEMENTS or event.get("consents") is not None


def with_own_words(event: Mapping[str, object]) -> Mapping[str, object]:
    """The event as records hold it: with the address that it is about; without words of a statement, if it makes none.

    >>> with_own_words({"kind": "order", "status": "paid"}), with_own_words({"kind": "consent", "status": "yes"})
    ({'kind': 'order'}, {'kind': 'consent', 'status': 'yes'})
    """
    if says(event):
        address = address_of(event)
        return event if address is None else {**event, "address": address}
    return {name: value for name, value in event.items() if name not in _OF_STATEMENTS}
