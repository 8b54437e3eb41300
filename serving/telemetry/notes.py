"""Messages that were accepted and are taken otherwise than their senders may have meant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from prometheus_client import Counter

NOTES: Final = Counter(
    "stamkund_noted_messages_total", "Messages accepted with a note, by its code", ["code"], registry=None
)


def count_notes(codes: Iterable[str]) -> None:
    """Count the codes of a request's notes."""
    for code in codes:
        NOTES.labels(code).inc()
