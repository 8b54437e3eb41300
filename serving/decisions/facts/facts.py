"""The facts of one decision: who asks, where and when, and what is known of them by then."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from features.arrays import Floats
from features.language.rules.evaluate import MISSING, Cell, Read
from serving.decisions.control.arms import NOWHERE, Membership


def unread(_: str) -> Cell:
    """What rules find where there is nothing that they could read."""
    return MISSING


@dataclass(frozen=True)
class Facts:
    """A known customer as a decision at ``as_of`` needs them.

    ``redemptions`` are pairs of campaign and offer; ``order_lines[offer]`` counts their order lines on each candidate.
    """

    as_of: int
    redemptions: frozenset[tuple[str | None, str]]
    order_lines: Floats
    campaign_scores: Mapping[str, float]  # of the campaigns that reached them, and of those for anyone; NaN unknown
    campaign_reasons: Callable[[str], Sequence[object]]  # why such a campaign has its score
    base_score: float | None  # the chance where no campaign has one; None where nobody can tell
    unreached: frozenset[str] = frozenset()  # campaigns whose score is what it would be, had they reached them just now
    read: Read = unread  # what declared rules ask of them and of the request
    channel: str | None = None  # on which it is to be shown
    arms: Membership = NOWHERE
    seed: str = ""  # by which this decision's draws are known
    is_known: bool = True
    has_model: bool = True  # that tells the scores of campaigns; else they are what is usual
