"""What is told of a decision: each placement's choices with their reasons, and why not the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from features.config.sections.offers import Fallback
from features.events.money import amount_text
from features.texts.catalogue import counted, text
from serving.decisions.arbitration.arbitration import Arbitration
from serving.decisions.arbitration.worth import Worth
from serving.decisions.candidates.candidates import Candidates
from serving.decisions.choice.choose import Pick
from serving.decisions.choice.decided import Decided
from serving.decisions.choice.diversity import Diversity
from serving.decisions.choice.placement import Placement
from serving.decisions.eligibility.checks import NO_CONSENT
from serving.decisions.explanation.exclusions import Exclusions
from serving.decisions.explanation.slates import Choice, Explain, Slate, TypedChoice
from serving.decisions.facts.facts import Facts

AFFINITY: Final = "order_lines_of_its_products"
UNREACHED: Final = "as_if_contacted"
USUAL: Final = "usual_chance"
CHANGES: Final = "what_it_changes"


@dataclass(frozen=True)
class Telling:
    """Tells of candidates in a ``language``; ``decimals`` is how many an amount of the currency has.

    ``in_full`` tells of a choice its type too, and of a candidate every check that it fails where all is asked for.
    """

    candidates: Candidates
    diversity: Diversity
    fallback: Fallback
    decimals: int
    language: str = "en"
    in_full: bool = False

    @cached_property
    def exclusions(self) -> Exclusions:
        """Why candidates are not shown."""
        return Exclusions(self.candidates, self.diversity, 10**self.decimals, self.language, in_full=self.in_full)

    def fallback_choice(self, reason: str) -> Choice:
        """The fallback as a choice, for a reason given as a code."""
        none = dict.fromkeys(("campaign_id", "score", "propensity", "uplift", "expected_value", "value", "cost"))
        return Choice(
            self.fallback.offer_id,
            self.fallback.name,
            **none,
            assumed=False,
            probability=1.0,
            reasons=[_reason(reason, None, text("control.nothing" if reason == "control" else reason, self.language))],
            is_fallback=True,
        )

    def unknown_visitor(self, placements: Sequence[Placement]) -> list[Slate]:
        """What is shown to somebody who is unknown or anonymous: the fallback."""
        choice = self.fallback_choice("unknown_visitor")
        return [Slate(placement.id, [choice], []) for placement in placements]

    def nothing(self, placements: Sequence[Placement], reason: str, *, explain: Explain) -> list[Slate]:
        """What is shown where a reason of the person keeps every candidate from them: the fallback, for anybody.

        Where nothing may be sent, not even that.
        """
        choices = [self.fallback_choice(reason)] if reason == NO_CONSENT else []
        excluded = [] if explain == "none" else self.exclusions.all_for(reason, explain=explain)
        return [Slate(placement.id, choices, excluded) for placement in placements]

    def choice(self, decided: Decided, pick: Pick) -> Choice:
        """A candidate that was picked, with its figures and the reasons for it."""
        offer, place = self.candidates.offers[pick.place], pick.place
        facts, worth, uplift = decided.facts, decided.worth, _uplift(decided.worth, pick.place)
        figures = Choice(
            offer_id=offer.offer_id,
            name=offer.name,
            campaign_id=offer.campaign_id,
            score=decided.arbitration.told(worth.scores[place]),
            propensity=worth.propensities[place],
            uplift=uplift,
            expected_value=worth.expected_values[place] / 10**self.decimals,
            value=self._amounts[place][0],
            cost=self._amounts[place][1],
            assumed=offer.assumed,
            probability=pick.probability,
            reasons=[
                *([] if uplift is None else [self._changes(decided.arbitration, place, uplift)]),
                *self._reasons(facts, offer.campaign_id, facts.order_lines[place]),
            ],
            is_fallback=False,
        )
        if not self.in_full:
            return figures
        factors = {name: float(each[place]) for name, each in worth.multipliers.items()}
        return TypedChoice(**vars(figures), type=offer.type, factors=factors, marginal=pick.marginal)

    @cached_property
    def _amounts(self) -> list[tuple[str, str]]:
        """Each candidate's value and cost as they are told."""
        return [
            (amount_text(offer.value, self.decimals), amount_text(offer.cost, self.decimals))
            for offer in self.candidates.offers
        ]

    def _changes(self, arbitration: Arbitration, place: int, uplift: float) -> object:
        """The reason of a candidate that is ranked by its uplift."""
        return _reason(CHANGES, uplift, text(CHANGES, self.language, model=arbitration.uplifts.target_of(place)))

    def _reasons(self, facts: Facts, campaign_id: str | None, order_lines: float) -> list[object]:
        lines = int(order_lines)
        affinity = [_reason(AFFINITY, lines, counted(AFFINITY, lines, self.language))] if facts.is_known else []
        if campaign_id is None or campaign_id not in facts.campaign_scores or not facts.has_model:
            usual = [_reason(USUAL, facts.base_score, text(USUAL, self.language))] if self.in_full else []
            return [*affinity, *usual]
        unreached = [_reason(UNREACHED, None, text(UNREACHED, self.language))] if campaign_id in facts.unreached else []
        return [*affinity, *unreached, *facts.campaign_reasons(campaign_id)]


def slates(telling: Telling, decided: Decided, *, explain: Explain) -> list[Slate]:
    """What each placement shows, or the fallback where nothing is left for it; and why not the others."""
    why = "control" if decided.facts.arms.gets == "nothing" else "nothing_eligible"
    shown: dict[int, str] = {}  # in which placement
    told = []
    for number, (placement, picks) in enumerate(zip(decided.placements, decided.picks, strict=True)):
        choices = [telling.choice(decided, pick) for pick in picks]
        best = [pick.place for pick in picks]
        excluded = [] if explain == "none" else telling.exclusions.excluded(decided, number, shown, explain=explain)
        told.append(Slate(placement.id, choices or [telling.fallback_choice(why)], excluded))
        shown |= dict.fromkeys(best, placement.id)
    return told


def _uplift(worth: Worth, place: int) -> float | None:
    """By how much showing a candidate raises a chance, where that is told."""
    return None if worth.uplifts is None or np.isnan(worth.uplifts[place]) else float(worth.uplifts[place])


def _reason(code: str, value: float | None, text: str) -> dict[str, object]:
    """A reason that is no part of a score."""
    return {"code": code, "value": value, "usual": None, "contribution": None, "text": text}
