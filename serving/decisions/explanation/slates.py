"""What placements show: slates of choices, and what they do not show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from serving.decisions.explanation.exclusion import Excluded

Explain = Literal["none", "summary", "full"]  # why not the other offers: not at all, with examples, of each
EXAMPLES: Final = 3  # of offers that are out for one reason, in a summary


@dataclass(frozen=True)
class Choice:
    """An offer chosen for a placement: ``value`` and ``cost`` are decimals, what is computed are figures in units."""

    offer_id: str
    name: str
    campaign_id: str | None
    score: float | None
    propensity: float | None
    uplift: float | None
    expected_value: float | None
    value: str | None
    cost: str | None
    assumed: bool
    probability: float
    reasons: Sequence[object]
    is_fallback: bool


@dataclass(frozen=True)
class TypedChoice(Choice):
    """A choice among candidates of several types; ``factors`` multiplied its score: weights by name, and the lever."""

    type: str
    factors: Mapping[str, float]
    marginal: float | None


@dataclass(frozen=True)
class Slate:
    """What a placement shows: its choices; and by reason what it does not show, when that is to be explained."""

    placement_id: str
    choices: Sequence[Choice]
    excluded: Sequence[Excluded]
