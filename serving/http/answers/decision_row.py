"""A decision as the store keeps it: who, when, what it was chosen from, and each choice with its probability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from features.config.settings import Settings
from features.privacy.pseudonyms import Pseudonyms
from serving.decisions.choice.decided import Decided
from serving.decisions.explanation.slates import Slate
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
        eligible=[] if decided is None else _eligible(state, decided),
        placements=placements,
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


def _eligible(state: State, decided: Decided) -> list[Json]:
    """The eligible set, best first."""
    offers, worth = state.setup.candidates.offers, decided.worth
    return [
        {
            "offer_id": offers[place].offer_id,
            "campaign_id": offers[place].campaign_id,
            "propensity": float(worth.propensities[place]),
            "expected_value": float(worth.expected_values[place]) / state.units,
        }
        for place in decided.order.tolist()
    ]


def picked(state: State, decided: Decided) -> list[Json]:
    """What each placement shows: each pick with its position, from 1, and its probability there, or the fallback."""
    offers, fallback = state.setup.candidates.offers, state.settings.offers.fallback
    return [
        {
            "id": placement.id,
            "items": [
                _item(offers[pick.place].offer_id, offers[pick.place].campaign_id, position, pick.probability)
                for position, pick in enumerate(picks, 1)
            ]
            or [_item(fallback.offer_id, None, 1, 1.0)],
        }
        for placement, picks in zip(decided.placements, decided.picks, strict=True)
    ]


def shown(slate: Slate) -> Json:
    """What a placement shows where there was nothing to decide."""
    choices = enumerate(slate.choices, 1)
    items = [_item(choice.offer_id, choice.campaign_id, place, choice.probability) for place, choice in choices]
    return {"id": slate.placement_id, "items": items}


def _item(offer_id: str, campaign_id: str | None, position: int, probability: float) -> Json:
    return {"offer_id": offer_id, "campaign_id": campaign_id, "position": position, "probability": probability}
