"""Placements, and the slates of offers that they show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from serving.decisions.exclusions import Exclusion


@dataclass(frozen=True)
class Placement:
    """Where offers are to be shown, and how many."""

    id: str
    count: int = 1


@dataclass(frozen=True)
class Choice:
    """An offer chosen for a placement; amounts in currency units."""

    offer_id: str
    name: str
    campaign_id: str | None
    score: float | None
    propensity: float | None
    uplift: float | None
    expected_value: float | None
    value: float | None
    cost: float | None
    assumed: bool
    probability: float
    reasons: Sequence[object]
    is_fallback: bool


@dataclass(frozen=True)
class Slate:
    """What a placement shows: its choices; and its exclusions when they are to be explained."""

    placement_id: str
    choices: Sequence[Choice]
    exclusions: Sequence[Exclusion]
