"""The answer to a request for a decision."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from hashlib import blake2b

import orjson
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from serving.decisions.arbitration.worth import ASSUMED, BASIS
from serving.decisions.choice.decided import Decided
from serving.decisions.choice.placement import Placement
from serving.decisions.control.arms import NOWHERE, Membership
from serving.decisions.decide import decide
from serving.decisions.explanation.slates import Explain, Slate
from serving.decisions.explanation.telling import slates
from serving.decisions.facts.context import check_context
from serving.decisions.facts.customers import Situation, facts_of
from serving.decisions.facts.facts import Facts
from serving.http.answers.barriers import barrier_of
from serving.http.answers.by_policy import Asked, decide_by_policy
from serving.http.answers.customers import Customer, Moment, campaign_pairs, customers_of, moment_of
from serving.http.answers.decided_before import answer_again
from serving.http.answers.decision_row import picked, row_of, shown
from serving.http.answers.head import head
from serving.http.answers.requests import DecisionRequest, Profile
from serving.http.current.state import State
from serving.scoring.lineup import Lineup
from serving.store.commits.together import commit_together
from serving.store.decisions import add_decision, kept_decision, save_decision
from serving.store.engine import outages_as_errors
from serving.telemetry.decisions import Outcome, count_decision
from serving.telemetry.spans import spanned
from serving.telemetry.store import store_operation
from training.targets.populations.contacts import contact_kinds

Json = dict[str, object]


@outages_as_errors()
def answer_decision(state: State, request: DecisionRequest, *, dry_run: bool = False) -> Json:
    """The best offers for each placement, kept with what they were chosen from.

    A dry run is not kept and takes nothing of what is limited, nor does what would have been best in the past: such an
    answer has no decision id. A request that comes again with its ``request_id`` is answered by the same decision.
    """
    if request.request_id is None or dry_run or request.dry_run:
        return _answer(state, request, dry_run=dry_run)
    decision_id = _id_of(request)
    if earlier := kept_decision(state.store, decision_id):
        return answer_again(state, earlier)
    try:
        return _answer(state, request, dry_run=False)
    except IntegrityError:  # the same request was answered meanwhile
        if earlier := kept_decision(state.store, decision_id):
            return answer_again(state, earlier)
        raise


def _answer(state: State, request: DecisionRequest, *, dry_run: bool) -> Json:
    start = time.perf_counter()
    lineup = state.required_lineup()
    moment = moment_of(state, request.as_of)
    if state.settings.decisions is not None:
        check_context(request.context, state.settings.decisions.context)
    if moment.is_past:
        state = state.with_offers_as_of(moment.as_of)
    told_head, customer = head(state, moment), _customer(state, request.profile, moment)
    dry_run = dry_run or request.dry_run
    decision_id, keep = _id_of(request), not (dry_run or moment.is_past)
    customer_id = customer.customer_id if customer else None
    arms = NOWHERE if customer_id is None else state.setup.arms.of(customer_id)
    control = _control(state, arms)
    row = partial(row_of, state, request, moment, decision_id=decision_id, customer_id=customer_id, control=control)

    def add(connection: Connection, decided: Decided) -> None:
        add_decision(connection, row(picked(state, decided), decided), lambda: state.catalogue.content)

    reason, decided = barrier_of(state, request, customer, moment), None
    if reason is None and customer is not None and request.profile is not None:
        asked = Asked(decision_id, customer, request.profile, moment, request.context)
        decided = _decided(state, lineup, request, asked, add if keep else None)
        told = slates(state.setup.telling, decided, explain=request.explain)
    else:
        told = _nothing(state, request, reason)
        if keep:
            save_decision(state.store, row([shown(each) for each in told], None))
    if keep:
        count_decision(_outcome(told, reason), {} if decided is None else decided.failing.counts())
    return {
        "decision_id": decision_id if keep else None,
        "took_ms": round((time.perf_counter() - start) * 1000, 2),
        **told_head,
        "control_group": arms.is_control,
        **({} if control is None else {"control": control}),
        "models": lineup.versions,
        "basis": BASIS + (ASSUMED if state.setup.candidates.any_assumed else "") + ".",
        "placements": [_placement(each, request.explain) for each in told],
        **({"dry_run": True} if dry_run else {}),
    }


def _customer(state: State, profile: Profile | None, moment: Moment) -> Customer | None:
    """The customer with this profile, None when they are unknown or anonymous."""
    return customers_of(state, [profile], moment).get(profile) if profile else None


def _nothing(state: State, request: DecisionRequest, reason: str | None) -> list[Slate]:
    """What is shown where there is nothing to decide: a reason keeps it from the person, or nobody is known."""
    placements, telling = _placements(state, request), state.setup.telling
    if reason is not None:
        return telling.nothing(placements, reason, explain=request.explain)
    return telling.unknown_visitor(placements)


@spanned("decide")
def _decided(
    state: State,
    lineup: Lineup,
    request: DecisionRequest,
    asked: Asked,
    keep: Callable[[Connection, Decided], None] | None,
) -> Decided:
    """The decision, kept in one transaction with what it takes of what is limited."""
    facts, placements = _facts(state, lineup, asked), _placements(state, request)
    by = partial(decide, state.setup, facts, placements)
    if state.setup.policy is not None:
        return decide_by_policy(state, state.setup.policy, asked, facts.channel, by, keep=keep)
    decided = by()
    if keep is not None:
        with store_operation("save_decision"):
            commit_together(state.store, lambda connection: keep(connection, decided))
    return decided


def _placements(state: State, request: DecisionRequest) -> list[Placement]:
    placement = state.setup.placement
    return [placement(p.id, count=p.count, types=p.types, formats=p.formats) for p in request.placements]


def _outcome(told: Sequence[Slate], reason: str | None) -> Outcome:
    """What a decision came to, for those who watch the service."""
    if reason is not None:
        return "barrier"
    choices = [choice for slate in told for choice in slate.choices]
    if not choices:
        return "nothing"
    return "fallback" if all(choice.is_fallback for choice in choices) else "chosen"


def _facts(state: State, lineup: Lineup, asked: Asked) -> Facts:
    customer, context, moment = asked.customer, asked.context, asked.moment
    candidates, response = state.setup.candidates, contact_kinds(state.settings)[1]
    (pairs,) = campaign_pairs(state, [customer.record], as_of=moment.as_of, anyone=candidates.open_campaigns)
    situation = Situation(context, customer.consent, state.setup.rules.names, state.settings.timezone)
    facts = facts_of(customer.record, lineup, candidates, pairs, response, as_of=moment.as_of, situation=situation)
    return replace(facts, arms=state.setup.arms.of(customer.customer_id), seed=asked.decision_id)


def _control(state: State, arms: Membership) -> Json | None:
    """The control arms of a customer, where decisions are declared."""
    if state.settings.decisions is None:
        return None
    return {"arm": arms.arm, "gets": arms.gets, "campaigns": arms.campaigns or {}}


def _id_of(request: DecisionRequest) -> str:
    """A new id, or the one of all requests that are known by the same ``request_id`` for the same profile."""
    if request.request_id is None:
        return uuid.uuid4().hex
    whose = None if request.profile is None else [request.profile.id_type, request.profile.id]
    return blake2b(orjson.dumps([request.request_id, whose]), digest_size=16).hexdigest()


def _placement(slate: Slate, explain: Explain) -> Json:
    placement: Json = {"id": slate.placement_id, "items": slate.choices}
    return placement if explain == "none" else placement | {"excluded": slate.excluded}
