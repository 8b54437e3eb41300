"""What decisions come to, as metrics."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final, Literal

from prometheus_client import Counter

Outcome = Literal["chosen", "fallback", "nothing", "barrier"]
DECISIONS: Final = Counter(
    "stamkund_decisions_total",
    "Decisions, by outcome: an offer chosen, only the fallback, nothing, or every offer kept from the person",
    ["outcome"],
    registry=None,
)
EXCLUSIONS: Final = Counter(
    "stamkund_exclusions_total", "Offers that decisions left out, by the first reason", ["reason"], registry=None
)


def count_decision(outcome: Outcome, exclusions: Mapping[str, int]) -> None:
    """Count a decision and the offers that it left out, by reason."""
    _decisions(outcome).inc()
    for reason, offers in exclusions.items():
        _exclusions(reason).inc(offers)


@cache
def _decisions(outcome: Outcome) -> Counter:
    """The counter of one outcome."""
    return DECISIONS.labels(outcome)


@cache
def _exclusions(reason: str) -> Counter:
    """The counter of one reason."""
    return EXCLUSIONS.labels(reason)
