"""The answer to a request for a decision."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from features.config.settings import Settings
from features.evaluate.online.consent import Consent
from features.evaluate.online.record import Record
from features.moments import iso
from features.privacy.pseudonyms import Pseudonyms
from serving.decisions.arbitration.worth import ASSUMED, BASIS
from serving.decisions.checks import NO_CONSENT
from serving.decisions.choice.decided import Decided
from serving.decisions.decide import decide
from serving.decisions.eligibility.permission import barrier
from serving.decisions.explanation.slates import Explain, Slate
from serving.decisions.explanation.telling import slates
from serving.decisions.facts.context import check_context
from serving.decisions.facts.customers import Situation, facts_of
from serving.decisions.facts.facts import Facts
from serving.http.answers.customers import Customer, Moment, campaign_pairs, customers_of, moment_of
from serving.http.answers.requests import DecisionRequest, Profile
from serving.http.current.state import State
from serving.scoring.lineup import Lineup
from serving.store.decisions import Decision, save_decision
from serving.store.engine import outages_as_errors
from serving.telemetry.decisions import Outcome, count_decision
from serving.telemetry.spans import spanned
from training.targets.populations.contacts import contact_kinds

Json = dict[str, object]


@outages_as_errors()
def answer_decision(state: State, request: DecisionRequest, *, dry_run: bool = False) -> Json:
    """The best offers for each placement, kept with what they were chosen from.

    A dry run is not kept, nor is what would have been best in the past: such an answer has no decision id.
    """
    start = time.perf_counter()
    lineup = state.required_lineup()
    moment = moment_of(state, request.as_of)
    if state.settings.decisions is not None:
        check_context(request.context, state.settings.decisions.context)
    if moment.is_past:
        state = state.with_offers_as_of(moment.as_of)
    customer = _customer(state, request.profile, moment)
    told, decided, reason = _told(state, lineup, request, customer, moment)
    decision = Decision(
        decision_id=uuid.uuid4().hex,
        time=moment.as_of,
        id_type=request.profile.id_type if request.profile else None,
        id=request.profile.id if request.profile else None,
        customer_id=customer.customer_id if customer else None,
        context=request.context,
        models=lineup.versions,
        eligible=[] if decided is None else _eligible(state, decided),
        placements=[{"id": each.placement_id, "items": _positions(each)} for each in told],
    )
    keep = not (dry_run or moment.is_past)
    if keep:
        save_decision(state.store, stored(decision, state.settings))
        count_decision(_outcome(told, reason), {} if decided is None else decided.failing.counts())
    return {
        "decision_id": decision.decision_id if keep else None,
        "took_ms": round((time.perf_counter() - start) * 1000, 2),
        "as_of": iso(moment.as_of),
        "currency": state.settings.currency,
        "control_group": False,
        "models": lineup.versions,
        "basis": BASIS + (ASSUMED if state.setup.candidates.any_assumed else "") + ".",
        "placements": [_placement(each, request.explain) for each in told],
    }


def stored(decision: Decision, settings: Settings) -> Decision:
    """A decision as it is stored: without readable identifiers where these are to be hashed."""
    pseudonyms = Pseudonyms.of(settings)
    if pseudonyms is None:
        return decision
    own = [] if decision.id is None else [(str(decision.id_type), decision.id)]
    context = cast("Mapping[str, object]", pseudonyms.of_json(decision.context, own))
    return replace(decision, id=pseudonyms.value(*own[0]) if own else None, context=context)


def _customer(state: State, profile: Profile | None, moment: Moment) -> Customer | None:
    """The customer with this profile, None when they are unknown or anonymous."""
    return customers_of(state, [profile], moment).get(profile) if profile else None


@spanned("decide")
def _told(
    state: State, lineup: Lineup, request: DecisionRequest, customer: Customer | None, moment: Moment
) -> tuple[list[Slate], Decided | None, str | None]:
    """What each placement shows, what was decided, if anything, and what kept every candidate from the person."""
    placements = [
        state.setup.placement(p.id, count=p.count, types=p.types, formats=p.formats) for p in request.placements
    ]
    telling = state.setup.telling
    reason = _barrier(state, request, customer, moment)
    if reason is not None:
        return telling.nothing(placements, reason, explain=request.explain), None, reason
    if customer is None:
        return telling.unknown_visitor(placements), None, None
    decided = decide(state.setup, _facts(state, lineup, customer, request.context, moment), placements)
    return slates(telling, decided, explain=request.explain), decided, None


def _outcome(told: Sequence[Slate], reason: str | None) -> Outcome:
    """What a decision came to, for those who watch the service."""
    if reason is not None:
        return "barrier"
    choices = [choice for slate in told for choice in slate.choices]
    if not choices:
        return "nothing"
    return "fallback" if all(choice.is_fallback for choice in choices) else "chosen"


def _barrier(state: State, request: DecisionRequest, customer: Customer | None, moment: Moment) -> str | None:
    """The reason that keeps every offer from this person; of somebody unknown, only what may be sent is asked."""
    if state.rules is None:
        return None
    consent = customer.consent if customer is not None else None
    found = barrier(
        consent or Consent(state.rules, Record.of(()), moment.as_of),
        request.context.get("channel"),
        timezone=state.settings.timezone,
    )
    return None if customer is None and found == NO_CONSENT else found


def _facts(state: State, lineup: Lineup, customer: Customer, context: Mapping[str, object], moment: Moment) -> Facts:
    candidates, response = state.setup.candidates, contact_kinds(state.settings)[1]
    pairs = campaign_pairs(state, customer.record, as_of=moment.as_of, anyone=candidates.open_campaigns)
    situation = Situation(context, customer.consent, state.setup.rules.names, state.settings.timezone)
    return facts_of(customer.record, lineup, candidates, pairs, response, as_of=moment.as_of, situation=situation)


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


def _positions(slate: Slate) -> list[Json]:
    """Each choice with its position, from 1, and its probability there."""
    return [
        {
            "offer_id": choice.offer_id,
            "campaign_id": choice.campaign_id,
            "position": position,
            "probability": choice.probability,
        }
        for position, choice in enumerate(slate.choices, 1)
    ]


def _placement(slate: Slate, explain: Explain) -> Json:
    placement: Json = {"id": slate.placement_id, "items": slate.choices}
    return placement if explain == "none" else placement | {"excluded": slate.excluded}
