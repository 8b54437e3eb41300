"""The answer to a request for a decision."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from hashlib import blake2b

import orjson
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from serving.decisions.arbitration.worth import ASSUMED, BASIS
from serving.decisions.choice.decided import Decided
from serving.decisions.explanation.slates import Explain, Slate
from serving.decisions.explanation.telling import slates
from serving.decisions.facts.context import check_context
from serving.http.answers.customers import Customer, Moment, customers_of, moment_of
from serving.http.answers.deciding.by_policy import decide_by_policy
from serving.http.answers.deciding.decided_before import answer_again
from serving.http.answers.deciding.decision_row import picked, shown
from serving.http.answers.deciding.question import Question
from serving.http.answers.head import head
from serving.http.answers.requests import DecisionRequest, Profile
from serving.http.current.state import State
from serving.store.commits.together import commit_together
from serving.store.decisions import add_decision, kept_decision, save_decision
from serving.store.engine import outages_as_errors
from serving.telemetry.decisions import Outcome, count_decision
from serving.telemetry.spans import spanned
from serving.telemetry.store import store_operation

Json = dict[str, object]


@outages_as_errors()
def answer_decision(state: State, request: DecisionRequest, *, dry_run: bool = False) -> Json:
    """The best offers for each placement, kept with what they were chosen from.

    A dry run is not kept and takes nothing of what is limited, nor does what would have been best in the past: such an
    answer has no decision id. A request that comes again with its ``request_id`` is answered by the same decision.
    """
    if request.request_id is None or dry_run or request.dry_run:
        return _answer(state, request, dry_run=dry_run)
    decision_id = decision_id_of(request)
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
    decision_id, is_kept = decision_id_of(request), not (dry_run or moment.is_past)
    question, decided = Question(state, lineup, request, moment, customer, decision_id), None
    if question.is_open:
        decided = _decided(question, keep=is_kept)
        told = slates(state.setup.telling, decided, explain=request.explain)
    else:
        told = _nothing(question)
        if is_kept:
            save_decision(state.store, question.row([shown(each) for each in told], None))
    if is_kept:
        count_decision(_outcome(told, question.barrier), {} if decided is None else decided.failing.counts())
    return {
        "decision_id": decision_id if is_kept else None,
        "took_ms": round((time.perf_counter() - start) * 1000, 2),
        **told_head,
        "control_group": question.arms.is_control,
        **({} if question.control is None else {"control": question.control}),
        "models": lineup.versions,
        "basis": BASIS + (ASSUMED if state.setup.candidates.any_assumed else "") + ".",
        "placements": [_placement(each, request.explain) for each in told],
        **({"dry_run": True} if dry_run else {}),
    }


def _customer(state: State, profile: Profile | None, moment: Moment) -> Customer | None:
    """The customer with this profile, None when they are unknown or anonymous."""
    return customers_of(state, [profile], moment).get(profile) if profile else None


def _nothing(question: Question) -> list[Slate]:
    """What is shown where there is nothing to decide: a reason keeps it from the person, or nobody is known."""
    telling = question.state.setup.telling
    if question.barrier is not None:
        return telling.nothing(question.placements, question.barrier, explain=question.request.explain)
    return telling.unknown_visitor(question.placements)


@spanned("decide")
def _decided(question: Question, *, keep: bool) -> Decided:
    """The decision, kept in one transaction with what it takes of what is limited."""
    state = question.state

    def add(connection: Connection, decided: Decided) -> None:
        add_decision(connection, question.row(picked(state, decided), decided), lambda: state.catalogue.content)

    if state.setup.policy is not None:
        return decide_by_policy(question, state.setup.policy, keep=add if keep else None)
    decided = question.decide()
    if keep:
        with store_operation("save_decision"):
            commit_together(state.store, lambda connection: add(connection, decided))
    return decided


def _outcome(told: Sequence[Slate], reason: str | None) -> Outcome:
    """What a decision came to, for those who watch the service."""
    if reason is not None:
        return "barrier"
    choices = [choice for slate in told for choice in slate.choices]
    if not choices:
        return "nothing"
    return "fallback" if all(choice.is_fallback for choice in choices) else "chosen"


def decision_id_of(request: DecisionRequest) -> str:
    """A new id, or the one of all requests that are known by the same ``request_id`` for the same profile."""
    if request.request_id is None:
        return uuid.uuid4().hex
    whose = None if request.profile is None else [request.profile.id_type, request.profile.id]
    return blake2b(orjson.dumps([request.request_id, whose]), digest_size=16).hexdigest()


def _placement(slate: Slate, explain: Explain) -> Json:
    placement: Json = {"id": slate.placement_id, "items": slate.choices}
    return placement if explain == "none" else placement | {"excluded": slate.excluded}
