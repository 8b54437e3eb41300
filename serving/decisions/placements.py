"""What each placement shows: the best of the ranking, no offer twice, or the fallback; and why not the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from features.config.sections.offers import Fallback
from features.texts.catalogue import counted, text
from serving.decisions.arbitration import Ranking, Visitor, rank
from serving.decisions.candidates import Candidates
from serving.decisions.exclusions import NO_CONSENT, REASONS, Excluded, Exclusion
from serving.decisions.slates import EXAMPLES, Choice, Explain, Placement, Slate

Each = TypeVar("Each")
AFFINITY: Final = "order_lines_of_its_products"


def select(
    candidates: Candidates,
    visitor: Visitor | None,
    placements: Sequence[Placement],
    fallback: Fallback,
    *,
    as_of: int,
    units: int,
    explain: Explain,
) -> tuple[list[Slate], Ranking | None]:
    """Choose for each placement, no offer twice; a visitor who is unknown or anonymous (None) gets the fallback.

    ``units`` is how many minor units a unit of the currency has. The ranking is None without a visitor.
    """
    if visitor is None:
        choice = fallback_choice(fallback, "unknown_visitor", candidates.language)
        return [Slate(p.id, [choice], []) for p in placements], None
    ranking = rank(candidates, visitor, as_of=as_of)
    places_shown: dict[int, str] = {}  # in which placement
    slates = []
    for placement in placements:
        best = [place for place in ranking.order.tolist() if place not in places_shown][: placement.count]
        choices = [_choice(candidates, visitor, ranking, place, units=units) for place in best]
        excluded = _excluded(candidates, ranking, best, places_shown, units=units, explain=explain)
        choices = choices or [fallback_choice(fallback, "nothing_eligible", candidates.language)]
        slates.append(Slate(placement.id, choices, excluded))
        places_shown |= dict.fromkeys(best, placement.id)
    return slates, ranking


def select_nothing(
    candidates: Candidates, placements: Sequence[Placement], fallback: Fallback, reason: str, *, explain: Explain
) -> list[Slate]:
    """What each placement shows where a reason of the person keeps every offer from them: the fallback, for anybody.

    Where nothing may be sent, not even that.
    """
    choices = [fallback_choice(fallback, reason, candidates.language)] if reason == NO_CONSENT else []
    out = candidates.exclusions[reason]
    excluded = [Excluded(reason, len(out), some(out, explain))] if out and explain != "none" else []
    return [Slate(placement.id, choices, excluded) for placement in placements]


def fallback_choice(fallback: Fallback, reason: str, language: str) -> Choice:
    """The fallback as a choice, for a reason given as a code."""
    reasons = [_reason(reason, None, text(reason, language))]
    none = dict.fromkeys(("campaign_id", "score", "propensity", "uplift", "expected_value", "value", "cost"))
    return Choice(
        fallback.offer_id, fallback.name, **none, assumed=False, probability=1.0, reasons=reasons, is_fallback=True
    )


def _choice(candidates: Candidates, visitor: Visitor, ranking: Ranking, place: int, *, units: int) -> Choice:
    """The candidate at a place, with its figures and the reasons for it."""
    offer = candidates.offers[place]
    expected_value = ranking.expected_values[place] / units
    return Choice(
        offer_id=offer.offer_id,
        name=offer.name,
        campaign_id=offer.campaign_id,
        score=expected_value,
        propensity=ranking.propensities[place],
        uplift=None,
        expected_value=expected_value,
        value=offer.value / units,
        cost=offer.cost / units,
        assumed=offer.assumed,
        probability=1.0,  # the ranking is deterministic
        reasons=_reasons(visitor, offer.campaign_id, visitor.order_lines[place], candidates.language),
        is_fallback=False,
    )


def _reasons(visitor: Visitor, campaign_id: str | None, order_lines: float, language: str) -> list[object]:
    affinity = _reason(AFFINITY, int(order_lines), counted(AFFINITY, int(order_lines), language))
    reached = campaign_id is not None and campaign_id in visitor.campaign_scores
    return [affinity, *(visitor.campaign_reasons(campaign_id) if campaign_id is not None and reached else ())]


def _reason(code: str, value: int | None, text: str) -> dict[str, object]:
    """A reason that is no part of a score."""
    return {"code": code, "value": value, "usual": None, "contribution": None, "text": text}


def _excluded(
    candidates: Candidates,
    ranking: Ranking,
    best: Sequence[int],
    places_shown: Mapping[int, str],
    *,
    units: int,
    explain: Explain,
) -> list[Excluded]:
    """Every candidate that a placement does not show, by reason: one of its own, of no value, elsewhere, outranked."""
    if explain == "none":
        return []
    offers, words = candidates.offers, candidates.language
    expected_values = ranking.expected_values / units
    least = min((float(expected_values[place]) for place in best), default=0.0)
    others = [place for place in ranking.order.tolist() if place not in best]
    places = {reason: ranking.excluded_for(reason) for reason in REASONS}
    places["shown_elsewhere"] = [place for place in others if place in places_shown]
    places["outranked"] = [place for place in others if place not in places_shown]

    def exclusion(reason: str, place: int) -> Exclusion:
        match reason:
            case "shown_elsewhere":
                return Exclusion.of(offers[place], reason, words, placement=places_shown[place])
            case "outranked":
                value = float(expected_values[place])
                return Exclusion.of(offers[place], reason, words, expected=value, least=least)
            case "no_value":
                return Exclusion.of(offers[place], reason, words, expected=float(expected_values[place]))
        return candidates.exclusions[reason][place]

    return [
        Excluded(reason, len(out), [exclusion(reason, place) for place in some(out, explain)])
        for reason, out in places.items()
        if out
    ]


def some(every: Sequence[Each], explain: Explain) -> Sequence[Each]:
    """All of them, or a few as examples."""
    return every[:EXAMPLES] if explain == "summary" else every
