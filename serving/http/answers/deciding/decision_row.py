"""A decision as the store keeps it: who, when, what it was chosen from, and each choice with its probability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from features.config.settings import Settings
from features.privacy.pseudonyms import Pseudonyms
from serving.decisions.candidates.offers import Offer
from serving.decisions.choice.choose import Pick
from serving.decisions.choice.decided import Decided
from serving.decisions.explanation.slates import Slate
from serving.decisions.log.log import packed
from serving.http.answers.customers import Moment
from serving.http.answers.requests import DecisionRequest
from serving.http.current.state import State
from serving.store.decisions import Decision

Json = dict[str, object]


def row_of(
    state: State,
    request: DecisionRequest,
    moment: Moment,
    placements: Sequence[Json],
    decided: Decided | None,
    *,
    decision_id: str,
    customer_id: str | None,
    control: Json | None,
) -> Decision:
    """A decision of what these placements show; ``decided`` is None where there was nothing to decide."""
    row = Decision(
        decision_id=decision_id,
        time=moment.as_of,
        id_type=request.profile.id_type if request.profile else None,
        id=request.profile.id if request.profile else None,
        customer_id=customer_id,
        context=request.context,
        models=state.required_lineup().versions,
        placements=placements,
        control=control,
        catalogue=None if decided is None else state.catalogue.version,
        log=None if decided is None else packed(decided, state.catalogue),
    )
    return stored(row, state.settings)


def stored(decision: Decision, settings: Settings) -> Decision:
    """A decision as it is stored: without readable identifiers where these are to be hashed."""
    pseudonyms = Pseudonyms.of(settings)
    if pseudonyms is None:
        return decision
    own = [] if decision.id is None else [(str(decision.id_type), decision.id)]
    context = cast("Mapping[str, object]", pseudonyms.of_json(decision.context, own))
    return replace(decision, id=pseudonyms.value(*own[0]) if own else None, context=context)


def picked(state: State, decided: Decided) -> list[Json]:
    """What each placement shows: each pick with its position, from 1, and its probability there, or the fallback."""
    offers, fallback = state.setup.candidates.offers, state.settings.offers.fallback
    return [
        {
            "id": placement.id,
            "items": [_item(offers[pick.place], position, pick) for position, pick in enumerate(picks, 1)]
            or [_fallback(fallback.offer_id)],
        }
        for placement, picks in zip(decided.placements, decided.picks, strict=True)
    ]


def shown(slate: Slate) -> Json:
    """What a placement shows where there was nothing to decide."""
    return {"id": slate.placement_id, "items": [_fallback(choice.offer_id) for choice in slate.choices]}


def _item(offer: Offer, position: int, pick: Pick) -> Json:
    odds = {"probability": pick.probability, "marginal": pick.marginal}
    return {"offer_id": offer.offer_id, "campaign_id": offer.campaign_id, "position": position, **odds}


def _fallback(offer_id: str) -> Json:
    return {"offer_id": offer_id, "campaign_id": None, "position": 1, "probability": 1.0, "marginal": 1.0}
